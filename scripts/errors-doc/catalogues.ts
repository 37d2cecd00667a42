import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Next } from '#engine/errors.ts'
import { root } from '../launch/prepare.mjs'

/** An area's errors, as `catalogue(...)` returns them. */
export type Catalogue = {
  readonly area: string
  readonly entries: Readonly<
    Record<
      string,
      { readonly next: Next; readonly says: (d: never) => string; readonly todo: string }
    >
  >
}

/** Every catalogue of the checkout, by area. Throws when one is made that no export leads to. */
export const allCatalogues = async (): Promise<Catalogue[]> => {
  const found = await Promise.all(makers().map(cataloguesOf))
  return found.flat().toSorted((a, b) => (a.area < b.area ? -1 : 1))
}

const MAKES = /= catalogue\(\s*'([A-Z_]+)'/g // the same words in a comment have no `=` before them

const makers = () =>
  globSync('{engine,actors,api,scripts}/**/*.ts', {
    cwd: root,
    exclude: ['**/node_modules/**', '**/*.test.ts'],
  })
    .map((file) => ({
      file,
      areas: [...readFileSync(path.join(root, file), 'utf8').matchAll(MAKES)].map((m) => m[1]),
    }))
    .filter(({ areas }) => areas.length > 0)

const cataloguesOf = async ({
  file,
  areas,
}: ReturnType<typeof makers>[number]): Promise<Catalogue[]> => {
  const exported = Object.values(
    (await import(pathToFileURL(path.join(root, file)).href)) as object,
  ).filter(isCatalogue)
  return areas.map((area) => {
    const one = exported.find((each) => each.area === area)
    if (!one)
      throw new Error(
        `${file}: export the catalogue ${area} or its problem, so that it can be documented.`,
      )
    return one
  })
}

// A catalogue or the `problem` of one: both carry what the document needs.
const isCatalogue = (value: unknown): value is Catalogue =>
  (typeof value === 'object' || typeof value === 'function') &&
  value !== null &&
  'area' in value &&
  'entries' in value
