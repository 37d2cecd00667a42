import path from 'node:path'
import { command } from '../command/command.ts'
import { commandProblem } from '../command/errors.ts'
import type { Check, Finding, Place } from '../doctor/finding.ts'
import { root } from '../launch/prepare.mjs'

type Report = Finding & { readonly name: string }

/** Says what is wrong with a machine and how to mend it. */
export const doctor = command({
  name: 'doctor',
  summary: 'Says what is wrong with this machine and how to mend it',
  options: {
    data: {
      value: 'DIR',
      says: 'the data directory to look at (default: RINGMASTER_DATA, or .ringmaster here)',
    },
    port: { value: 'PORT', default: '8420', says: 'the port the dashboard is to have' },
    json: { says: 'print the findings as JSON' },
  },
  examples: ['npx ringmaster doctor', 'npx ringmaster doctor --data /var/lib/ringmaster --json'],
  run: async ({ data, port, json }) => {
    const { machineChecks } = await import('../doctor/machine.ts')
    const { projectChecks } = await import('../doctor/project.ts')
    const folder = data ?? process.env['RINGMASTER_DATA'] ?? path.join(root, '.ringmaster')
    const place = { data: path.resolve(folder), port: portOf(port) }
    const reports: Report[] = []
    for (const check of [...machineChecks, ...projectChecks]) {
      const report = { name: check.name, ...(await examine(check, place)) }
      reports.push(report)
      if (!json) console.log(lineOf(report))
    }
    const healthy = reports.every(({ level }) => level !== 'fail')
    console.log(json ? JSON.stringify({ healthy, checks: reports }, null, 2) : verdict(reports))
    return healthy ? 0 : 1
  },
})

/** What a check finds; one that throws has found something wrong that it did not expect. */
export const examine = async (check: Check, place: Place): Promise<Finding> => {
  try {
    return await check.look(place)
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error)
    return {
      level: 'fail',
      says,
      todo: 'Mend what it names; in a fresh checkout, report it as a defect.',
    }
  }
}

const lineOf = ({ level, name, says, todo }: Report): string =>
  `${level.padEnd(4)}  ${name.padEnd(13)}  ${says}${todo && `\n${' '.repeat(21)}-> ${todo}`}`

const verdict = (reports: readonly Report[]): string => {
  const failed = reports.filter(({ level }) => level === 'fail').length
  if (failed > 0) return `\n${failed} to mend before Ringmaster can run here.`
  const warned = reports.filter(({ level }) => level === 'warn').length
  return warned > 0 ? `\nRingmaster runs here; ${warned} to know about.` : '\nRingmaster runs here.'
}

const portOf = (given: string): number => {
  const port = Number(given)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw commandProblem('VALUE_INVALID', {
    option: '--port',
    given,
    needs: 'a whole number from 1 to 65535',
  })
}
