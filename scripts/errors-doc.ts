/** `npm run errors-doc` writes docs/errors.md; tidy fails when it is older than the catalogues. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { allCatalogues } from './errors-doc/catalogues.ts'
import { errorsDocument } from './errors-doc/document.ts'
import { root } from './launch/prepare.mjs'

writeFileSync(path.join(root, 'docs', 'errors.md'), errorsDocument(await allCatalogues()))
