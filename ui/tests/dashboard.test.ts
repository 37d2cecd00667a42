import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t, { type Test } from 'tap'
import type { Page } from 'playwright-core'
import type { ActorView, RunView, StrategyView } from '../../api/contract.ts'
import { launch, seriousFindings, startServer, watch, whyNot, type Watched } from './support.ts'

const because = whyNot()
/** Where to leave pictures of the pages, for a person who wants to see them. */
const pictures = process.env['RINGMASTER_PICTURES']

const sizes = { wide: { width: 1680, height: 1000 }, phone: { width: 390, height: 844 } }

t.setTimeout(420_000)

t.test('the dashboard over a real replayed session', { skip: because ?? false, timeout: 400_000 }, async (t) => {
  const data = mkdtempSync(path.join(tmpdir(), 'ringmaster-'))
  t.teardown(() => rmSync(data, { recursive: true, force: true }))
  const asked = ['--data', data, '--speed', '60x', '--from', '09:45', '--port', '18420']
  const server = await startServer('scripts/ringmaster.ts', 'start', ...asked)
  t.teardown(() => server.stop())
  const browser = await launch()
  t.teardown(() => browser.close())

  const ask = async <T>(route: string): Promise<T> => {
    const answer = await fetch(`${server.origin}/api${route}`, { headers: { authorization: `Bearer ${server.key}` } })
    return (await answer.json()) as T
  }
  const actor = async (id: string): Promise<ActorView> =>
    (await ask<{ items: ActorView[] }>('/system/actors')).items.find((one) => one.id === id)!
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; tries < 300; tries++) {
      if (await holds()) return
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    throw new Error(`waited in vain until ${what}`)
  }
  const open = async (place: string, options: Parameters<typeof watch>[2] = {}) => {
    const watched = await watch(browser, server.origin, options)
    await watched.page.goto(`${server.origin}${place}#key=${server.key}`)
    await watched.page.locator('[data-link=live]').waitFor()
    return watched
  }
  const clean = async (t: Test, { page, complaints, outside }: Watched) => {
    t.same(complaints, [], 'nothing in the console')
    t.same(outside, [], 'no request left the machine')
    await page.context().close()
  }

  await t.test('says that it is a replay, and live numbers move', async (t) => {
    const watched = await open('/')
    const { page } = watched
    t.match(await page.locator('[aria-label=Run]').innerText(), /REPLAY.*NSE 10 Nov 2022/s)
    t.equal(await page.locator('[data-strategy]').count(), 20, 'a card for each strategy')
    const clock = await page.getByTestId('clock').innerText()
    await page.waitForFunction(
      (before) => document.querySelector<HTMLElement>('[data-testid=clock]')!.innerText !== before, clock)
    await until('something was traded', async () => (await ask<{ trades: number }>('/pnl')).trades > 0)
    await page.locator('tbody tr').first().waitFor()
    await clean(t, watched)
  })

  await t.test('the trades table sorts', async (t) => {
    const watched = await open('/')
    const { page } = watched
    const head = page.getByRole('columnheader', { name: 'Strategy' })
    await head.getByRole('button').click()
    const names = await page.locator('tbody tr td:nth-child(3)').allInnerTexts()
    const order = await head.getAttribute('aria-sort')
    t.ok(order === 'ascending' || order === 'descending')
    const sorted = names.toSorted((a, b) => a.localeCompare(b))
    t.same(names, order === 'ascending' ? sorted : sorted.toReversed())
    await clean(t, watched)
  })

  await t.test('a strategy is paused and resumed', async (t) => {
    const watched = await open('/')
    const { page } = watched
    const card = page.locator('[data-strategy="rsi-nifty"]')
    await card.getByRole('switch', { name: 'Pause rsi-nifty' }).click()
    await card.locator('[data-state=paused]').waitFor()
    t.equal((await ask<StrategyView>('/strategies/rsi-nifty')).state, 'paused')
    await card.getByRole('switch', { name: 'Resume rsi-nifty' }).click()
    await card.locator('[data-state=running]').waitFor()
    await clean(t, watched)
  })

  await t.test('a worker is killed and comes back; nobody else notices', async (t) => {
    const watched = await open('/system')
    const { page } = watched
    const row = page.locator('[data-row="strategy/ema-nifty-1m"]')
    const before = (await ask<{ items: ActorView[] }>('/system/actors')).items
    await row.getByRole('button', { name: 'Kill' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Kill' }).click()
    await until('it is back', async () => {
      const { state, restarts } = await actor('strategy/ema-nifty-1m')
      return restarts === 1 && state === 'running'
    })
    await row.getByText(/killed/i).waitFor()
    await row.locator('[data-state=running]').waitFor()
    const after = (await ask<{ items: ActorView[] }>('/system/actors')).items
    const disturbed = after.filter(({ id, restarts }) =>
      id !== 'strategy/ema-nifty-1m' && restarts !== before.find((one) => one.id === id)!.restarts)
    t.same(disturbed, [], 'no other actor was restarted')
    t.equal((await ask<RunView>('/run')).ticks.lost, 0)
    await clean(t, watched)
  })

  await t.test('the executor is killed, and trading goes on from the journal', async (t) => {
    const watched = await open('/system')
    const { page } = watched
    await page.locator('[data-row="executor"]').getByRole('button', { name: 'Kill' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Kill' }).click()
    await until('trading was restarted', async () => {
      const { state, restarts } = await actor('trading')
      return restarts === 1 && state === 'running'
    })
    const { clock } = await ask<RunView>('/run')
    await until('time passes again', async () => (await ask<RunView>('/run')).clock! > clock!)
    t.equal((await ask<RunView>('/run')).halt, null)
    await clean(t, watched)
  })

  await t.test('parameters are applied to one strategy alone', async (t) => {
    const watched = await open('/strategies/ema-nifty-5m')
    const { page } = watched
    await page.getByLabel('Fast', { exact: true }).fill('11')
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByText('has its new parameters').waitFor()
    await until('they hold', async () =>
      (await ask<StrategyView>('/strategies/ema-nifty-5m')).params['fast'] === 11)
    await until('it runs', async () => (await actor('strategy/ema-nifty-5m')).state === 'running')
    await page.locator('canvas').first().waitFor()
    await clean(t, watched)
  })

  for (const colorScheme of ['light', 'dark'] as const)
    for (const [size, viewport] of Object.entries(sizes))
      await t.test(`every page can be read by all, ${colorScheme}, ${size}`, async (t) => {
        for (const place of ['/', '/strategies', '/strategies/pva-banknifty-future', '/orders', '/system']) {
          const watched = await open(place, { colorScheme, viewport })
          await settle(watched.page)
          t.same(await seriousFindings(watched.page), [], place)
          const wide = await watched.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
          t.notOk(wide, `${place} does not scroll sideways`)
          const picture = nameOf(place, size, colorScheme)
          if (pictures) await watched.page.screenshot({ path: path.join(pictures, picture), fullPage: size === 'wide' })
          await clean(t, watched)
        }
      })
})

/** Waits until what is loaded later is there. */
const settle = (page: Page): Promise<void> => page.waitForTimeout(1500)

const nameOf = (place: string, size: string, scheme: string): string =>
  `${place.split('/').filter(Boolean).join('-') || 'desk'}-${size}-${scheme}.png`
