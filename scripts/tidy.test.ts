import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { allCatalogues } from './errors-doc/catalogues.ts'
import { errorsDocument } from './errors-doc/document.ts'
import { root } from './launch/prepare.mjs'
import { cycles, wrongArrows } from './tidy/arrows.ts'
import { deadFiles } from './tidy/dead.ts'
import { importsOf } from './tidy/imports.ts'
import { areaOf, isGenerated, isScript, readSources } from './tidy/source.ts'
import { fileRules } from './tidy/text.ts'

const sources = readSources()
const imports = sources.flatMap(importsOf)
const handwritten = sources.filter(
  (one) => areaOf(one.path) === 'supabase' && isScript(one) && !isGenerated(one),
)
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8')

/** Passes when nothing was found; otherwise says each thing that was. */
const rule = (name: string, violations: readonly string[]) =>
  t.test(name, async (t) => {
    for (const one of violations) t.fail(one, { at: null, stack: '' })
    t.ok(sources.length > 0, `${sources.length} files looked at`)
  })

rule('imports follow the arrows', wrongArrows(imports))
rule('no files import each other in a circle', cycles(imports))
rule(
  'no file is dead',
  deadFiles(sources, imports, ['package.json', '.taprc', '.ci/run'].map(textOf).join('\n')),
)
rule(
  'code in the database folder is written by a program',
  handwritten.map(({ path: file }) => `${file}:1 is code.`),
)
for (const [name, look] of Object.entries(fileRules)) rule(name, sources.flatMap(look))

t.test('docs/errors.md is what the catalogues say', async (t) => {
  t.equal(
    textOf('docs/errors.md'),
    errorsDocument(await allCatalogues()),
    'write it again with: npm run errors-doc',
  )
})
