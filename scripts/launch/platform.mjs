/** This machine as package names spell it: `linux-x64`, `win-x64`. */
export const platformName = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`

/** @typedef {{ os?: string[], cpu?: string[], libc?: string[], optional?: boolean }} Entry */

/**
 * The packages of a lockfile that belong on this machine: all of them, and of those the ones built for it alone,
 * which npm treats as optional although nothing works without them.
 * @param {Record<string, Entry>} packages  `packages` of a package-lock.json, by their place in the checkout
 */
export const wantedHere = (packages) => {
  const all = Object.keys(packages).filter((place) => place !== '' && fits(packages[place] ?? {}))
  return { all, binaries: all.filter((place) => isBinary(packages[place] ?? {})) }
}

/** @param {Entry} entry */
const isBinary = ({ os, cpu, optional }) => Boolean(optional && (os ?? cpu))

/** @param {Entry} entry */
const fits = ({ os, cpu, libc }) =>
  allows(os, process.platform) &&
  allows(cpu, process.arch) &&
  (process.platform !== 'linux' || allows(libc, cLibrary()))

// npm's rule: `!darwin` excludes, anything else is the whole list of what is allowed.
/** @param {string[] | undefined} list @param {string} value */
const allows = (list, value) => {
  if (!list || list.includes(`!${value}`)) return !list
  const allowed = list.filter((one) => !one.startsWith('!'))
  return allowed.length === 0 || allowed.includes(value)
}

const cLibrary = () => {
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  )
  return header.glibcVersionRuntime ? 'glibc' : 'musl'
}
