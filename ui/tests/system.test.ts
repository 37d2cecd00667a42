import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { launch, seriousFindings, startServer, watch, whyNot } from './support.ts'

const because = whyNot()
/** Where to leave pictures of the page, for a person who wants to see them. */
const pictures = process.env['RINGMASTER_PICTURES']

t.setTimeout(240_000)

t.test(
  'the System page with 200 strategies',
  { skip: because ?? false, timeout: 220_000 },
  async (t) => {
    const demo = ['--port', '0', '--fleet', '200', '--warm', '5']
    const [server, browser] = await Promise.all([
      startServer('api/testing/demo-server.ts', ...demo),
      launch(),
    ])
    t.teardown(() => Promise.all([browser.close(), server.stop()]))
    const open = async (options: Parameters<typeof watch>[2] = {}) => {
      const watched = await watch(browser, server.origin, options)
      await watched.page.goto(`${server.origin}/system#key=${server.key}`)
      await watched.page.locator('tbody tr').first().waitFor()
      await watched.page.locator('[data-row="ticks"]').waitFor()
      return watched
    }

    await t.test(
      'a large group is one line that says what it comes to, until it is opened',
      async (t) => {
        const { page, complaints } = await open()
        const group = page.locator('[data-row="strategies"]')
        t.match(await group.innerText(), /\(200 of 200\)/)
        t.match(await group.innerText(), /\d+ %.*MB/s, 'with the cost of all of them')
        t.equal(await page.locator('[data-row^="strategy/"]').count(), 0)
        await group.getByRole('button', { name: 'strategies: 200 below' }).click()
        await page.locator('[data-row^="strategy/"]').first().waitFor()
        t.ok(
          (await page.locator('tbody tr').count()) <= 110,
          'no more rows than can be drawn at once',
        )
        await page.getByRole('button', { name: 'trading: 6 below' }).click()
        t.equal(await page.locator('[data-row="feed"]').count(), 0, 'a group that was open closes')
        t.same(complaints, [])
        await page.context().close()
      },
    )

    await t.test(
      'all actors are found by what they are and sorted by what they cost',
      async (t) => {
        const { page } = await open()
        await page.getByRole('radio', { name: 'All' }).check({ force: true })
        await page.getByRole('columnheader', { name: 'CPU' }).getByRole('button').click()
        const readLoads = (): Promise<number[]> =>
          page
            .getByRole('region', { name: 'Actors' })
            .last()
            .locator('tbody tr')
            .evaluateAll((rows) =>
              rows.map((row) => Number.parseFloat(row.children[6]!.textContent)),
            )
        // Figures change each second, and rows follow them: seen in between, a row may not have moved yet.
        const falling = (loads: readonly number[]) =>
          loads.every((one, i) => !(i > 0 && one > loads[i - 1]!))
        let loads = await readLoads()
        for (let looks = 0; looks < 20 && !falling(loads); looks++) {
          await page.waitForTimeout(50)
          loads = await readLoads()
        }
        t.equal(loads.length, 100)
        t.ok(falling(loads), loads.join(' '))
        await page.getByRole('searchbox').fill('pva-beta-88')
        t.same(
          await page
            .locator('[data-row^="strategy/"]')
            .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-row'))),
          ['strategy/pva-beta-88'],
        )
        await page.getByRole('searchbox').fill('nobody')
        await page.getByText('No actor like that').waitFor()
        await page.context().close()
      },
    )

    await t.test(
      'an actor shows its latencies by size, and its CPU profile is saved as a file',
      async (t) => {
        const { page, complaints } = await open()
        await page.getByRole('searchbox').fill('pva-beta-88')
        await page.getByRole('button', { name: 'Show strategy/pva-beta-88', exact: true }).click()
        const bars = page.getByRole('list', { name: 'Latencies by size' }).getByRole('listitem')
        await bars.first().waitFor()
        t.equal(await bars.count(), 8, 'from 32 µs to 4 ms, each twice the one before')
        t.match(await bars.nth(1).getAttribute('title'), /up to 64 µs/)
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: /CPU profile/ }).click(),
        ])
        t.equal(file.suggestedFilename(), 'strategy-pva-beta-88.cpuprofile')
        t.same(JSON.parse(readFileSync(await file.path(), 'utf8')), { nodes: [], samples: [] })
        await page.getByRole('button', { name: /Heap snapshot/ }).click()
        await page.getByText('is made up and has no heap').waitFor()
        t.match(
          await page.getByText('Ask a running engine').count(),
          1,
          'a refusal says what to do',
        )
        t.same(
          complaints.filter((one) => !one.includes('409')),
          [],
        )
        await page.context().close()
      },
    )

    await t.test('a ring tells who is furthest behind', async (t) => {
      const { page } = await open()
      const ring = page.locator('[data-row="candles/0"]').last()
      t.match(await ring.innerText(), /Waits for all.*201.*strategy\//s)
      await ring.getByRole('button').click()
      await page.getByText('The 24 furthest behind of 201 readers').waitFor()
      await page.context().close()
    })

    for (const colorScheme of ['light', 'dark'] as const)
      for (const [size, width] of [
        ['wide', 1680],
        ['phone', 390],
      ] as const)
        await t.test(`it can be read by all: ${colorScheme}, ${size}`, async (t) => {
          const { page, complaints } = await open({
            colorScheme,
            viewport: { width, height: 1000 },
            reducedMotion: 'reduce',
          })
          await page.getByRole('searchbox').fill('pva-beta-88')
          await page.getByRole('button', { name: 'Show strategy/pva-beta-88', exact: true }).click()
          await page.getByText('Latency of').waitFor()
          t.same(await seriousFindings(page), [])
          t.ok(
            (await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0,
            'it fits',
          )
          t.same(complaints, [])
          if (pictures) {
            const shot = (name: string) =>
              page.screenshot({
                path: path.join(pictures, `system-200-${name}-${size}-${colorScheme}.png`),
                fullPage: true,
              })
            await shot('actor')
            await page.getByRole('searchbox').fill('')
            await shot('tree')
            await page.getByRole('radio', { name: 'All' }).check({ force: true })
            await shot('all')
          }
          await page.context().close()
        })
  },
)
