import t from 'tap'
import type { Page } from 'playwright-core'
import { launch, seriousFindings, startServer, watch, whyNot } from './support.ts'

const because = whyNot()

// A browser that shares its cores with everything else takes its time.
t.setTimeout(300_000)

t.test(
  'the dashboard over generated data',
  { skip: because ?? false, timeout: 280_000 },
  async (t) => {
    const [server, browser] = await Promise.all([
      startServer('api/testing/demo-server.ts', '--port', '0'),
      launch(),
    ])
    t.teardown(() => Promise.all([browser.close(), server.stop()]))

    /** Opens a page as somebody who was given the printed address. */
    const open = async (path = '/', options: Parameters<typeof watch>[2] = {}) => {
      const watched = await watch(browser, server.origin, options)
      const [address, hash] = path.split('#')
      await watched.page.goto(
        `${server.origin}${address}#key=${server.key}${hash ? `&${hash}` : ''}`,
      )
      await watched.page.getByTestId('clock').waitFor()
      await watched.page.locator('[data-link=live]').waitFor()
      return watched
    }
    const first = await open()
    const strategy = (await first.page
      .locator('[data-strategy]')
      .nth(2)
      .getAttribute('data-strategy'))!
    await first.page.context().close()
    const pages = ['/', '/strategies', `/strategies/${strategy}`, '/orders', '/system']

    await t.test('takes the key out of the address and finds it again', async (t) => {
      const { page } = await open()
      t.equal(page.url(), `${server.origin}/`, 'no key in sight')
      await page.reload()
      await page.locator('[data-link=live]').waitFor()
      t.match(await page.locator('[aria-label=Run]').innerText(), /REPLAY/)
      await page.context().close()
    })

    await t.test(
      'asks for a key when it has none, says when one is refused, and takes a pasted address',
      async (t) => {
        const { page } = await watch(browser, server.origin)
        await page.goto(server.origin)
        const field = page.getByLabel('Address or key')
        await field.fill('wrong')
        await page.keyboard.press('Enter')
        await page.getByRole('heading', { name: 'This key was refused' }).waitFor()
        t.same(await seriousFindings(page), [])
        await field.fill(`${server.origin}/#key=${server.key}`)
        await page.keyboard.press('Enter')
        await page.locator('[data-link=live]').waitFor()
        await page.context().close()
      },
    )

    await t.test('time passes and numbers move', async (t) => {
      const { page } = await open()
      const read = async () => [
        await page.getByTestId('clock').innerText(),
        await page.locator('[data-quote]').allInnerTexts(),
      ]
      const before = await read()
      await page.waitForFunction(
        ([clock, quotes]) =>
          document.querySelector<HTMLElement>('[data-testid=clock]')!.innerText !== clock &&
          [...document.querySelectorAll<HTMLElement>('[data-quote]')].some(
            (one, index) => one.innerText !== quotes![index],
          ),
        before,
      )
      t.pass('both did')
      await page.context().close()
    })

    await t.test('a table sorts by its heads, from the keyboard too, and narrows', async (t) => {
      const { page } = await open('/strategies')
      const amounts = async () =>
        (
          await page
            .locator('tbody tr')
            .evaluateAll((rows) => rows.map((row) => row.children[5]!.textContent))
        ).map((text) => Number(text.replace('−', '-').replace(/[^\d.-]/g, '')))
      const head = page.getByRole('columnheader', { name: 'P&L' })
      await head.getByRole('button').focus()
      await page.keyboard.press('Enter')
      t.equal(await head.getAttribute('aria-sort'), 'descending')
      const down = await amounts()
      t.same(
        down,
        down.toSorted((a, b) => b - a),
      )
      await page.keyboard.press('Enter')
      t.equal(await head.getAttribute('aria-sort'), 'ascending')
      const up = await amounts()
      t.same(
        up,
        up.toSorted((a, b) => a - b),
      )
      await page.getByRole('searchbox').fill(strategy)
      t.equal(await page.locator('tbody tr').count(), 1)
      await page.getByRole('searchbox').fill('no such thing')
      await page.getByText('No strategy like that').waitFor()
      await page.context().close()
    })

    await t.test('a strategy is paused and resumed', async (t) => {
      const { page, complaints } = await open()
      const card = page.locator(`[data-strategy="${strategy}"]`)
      await card.getByRole('switch', { name: `Pause ${strategy}` }).click()
      await card.locator('[data-state=paused]').waitFor()
      await card.getByRole('switch', { name: `Resume ${strategy}` }).press('Space')
      await card.locator('[data-state=running]').waitFor()
      t.same(complaints, [])
      await page.context().close()
    })

    await t.test('a strategy is added, cloned and removed while the others run', async (t) => {
      const { page, complaints } = await open('/strategies')
      const rows = page.locator('tbody tr')
      const before = await rows.count()
      await page.getByRole('button', { name: 'Add strategy' }).click()
      const dialog = page.getByRole('dialog')
      const add = dialog.getByRole('button', { name: 'Add', exact: true })
      await dialog.getByLabel('Fast', { exact: true }).waitFor()
      t.same(await seriousFindings(page), [], 'the dialog can be read by all')
      await dialog.getByLabel('Name').fill(strategy)
      await dialog.getByText('There is, or was, one of this name.').waitFor()
      t.ok(await add.isDisabled(), 'a name is not given twice')
      await dialog.getByLabel('Name').fill('newcomer')
      await dialog.getByLabel('Fast', { exact: true }).fill('1000')
      t.ok(await add.isDisabled(), 'parameters are checked as they are typed')
      await dialog.getByLabel('Fast', { exact: true }).fill('11')
      await dialog.getByLabel('Capital').fill('250000')
      await add.click()
      await dialog.waitFor({ state: 'detached' })
      const row = page.locator('tbody tr', { hasText: 'newcomer' })
      await row.first().waitFor()
      t.equal(await rows.count(), before + 1)

      await row.first().getByRole('button', { name: 'Clone newcomer' }).click()
      t.equal(await dialog.getByLabel('Name').inputValue(), 'newcomer-2')
      t.equal(await dialog.getByLabel('Fast', { exact: true }).inputValue(), '11')
      t.ok(await dialog.getByLabel('Kind').isDisabled(), 'a clone is of the same kind')
      await add.click()
      await dialog.waitFor({ state: 'detached' })
      await page.locator('tbody tr', { hasText: 'newcomer-2' }).waitFor()
      t.equal(await rows.count(), before + 2)

      await page.getByRole('button', { name: 'Remove newcomer', exact: true }).click()
      const question = page.getByRole('alertdialog')
      await question.getByText('Its trades and its P&L stay on record').waitFor()
      t.same(await seriousFindings(page), [], 'the question can be read by all')
      await question.getByRole('button', { name: 'Remove' }).click()
      await page.locator('tbody tr [data-state=removed]').waitFor()
      t.equal(await page.getByRole('button', { name: 'Remove newcomer', exact: true }).count(), 0)
      t.same(complaints, [])
      await page.context().close()
    })

    await t.test('a thread is killed after a question, and is seen to come back', async (t) => {
      const { page, complaints } = await open('/system')
      const row = page.locator(`[data-row="strategy/${strategy}"]`)
      await row.getByRole('button', { name: 'Kill' }).click()
      const dialog = page.getByRole('alertdialog')
      await dialog.getByText('What stays safe').waitFor()
      t.same(await seriousFindings(page), [], 'the question can be read by all')
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
      t.match(await row.innerText(), /Running/, 'nothing was done')
      await row.getByRole('button', { name: 'Kill' }).click()
      await dialog.getByRole('button', { name: 'Kill' }).click()
      await row.locator('[data-state=restarting]').waitFor()
      await row.locator('[data-state=running]').waitFor()
      t.match(await row.innerText(), /Killed/i)
      t.same(complaints, [])
      await page.context().close()
    })

    await t.test(
      'a strategy shows its bars, and what each condition of a signal read',
      async (t) => {
        const { page, complaints } = await open(`/strategies/${strategy}`)
        const bar = page.getByTestId('bar')
        await bar.waitFor()
        await page.locator('canvas').first().waitFor()
        await page.getByRole('radio', { name: '15m' }).check({ force: true })
        await page.getByRole('img', { name: /15m candles/ }).waitFor()
        const signals = page.getByRole('region', { name: 'Signals' }).last()
        await signals
          .getByRole('button', { name: /Show the signal/ })
          .first()
          .click()
        t.match(await signals.innerText(), /needs/, 'what the condition was held against')
        t.same(complaints, [])
        await page.context().close()
      },
    )

    await t.test('parameters are checked as they are typed, and applied', async (t) => {
      const { page, complaints } = await open(`/strategies/${strategy}`)
      const field = page.getByLabel('Fast', { exact: true })
      const apply = page.getByRole('button', { name: 'Apply' })
      await field.waitFor()
      t.ok(await apply.isDisabled(), 'nothing to apply yet')
      await field.fill('1000')
      t.equal(await field.getAttribute('aria-invalid'), 'true')
      t.ok(await apply.isDisabled())
      await field.fill('23')
      await apply.click()
      await page.getByText('has its new parameters').waitFor()
      await page.waitForFunction(() =>
        [...document.querySelectorAll('button')].some(
          (one) => one.textContent === 'Apply' && one.disabled,
        ),
      )
      t.equal(await field.inputValue(), '23')
      t.same(complaints, [])
      await page.context().close()
    })

    await t.test('an order opens to its life', async (t) => {
      const { page } = await open('/orders')
      await page
        .getByRole('button', { name: /Show the life of order/ })
        .first()
        .click()
      await page.getByRole('list', { name: 'Lifecycle' }).waitFor()
      t.match(await page.getByRole('list', { name: 'Lifecycle' }).innerText(), /Approved by risk/)
      await page.context().close()
    })

    for (const colorScheme of ['light', 'dark'] as const)
      await t.test(
        `every page can be read by all, in ${colorScheme}, on a desk and on a phone`,
        async (t) => {
          for (const width of [1680, 390]) {
            const { page, complaints, outside } = await open('/', {
              colorScheme,
              viewport: { width, height: 900 },
              reducedMotion: 'reduce',
            })
            for (const path of pages) {
              await page.goto(server.origin + path)
              await page.locator('[data-link=live]').waitFor()
              await settled(page, path)
              // What a phone hides is hidden in both themes alike: it is judged in one.
              if (width > 390 || colorScheme === 'dark')
                t.same(await seriousFindings(page), [], `${path} at ${width}`)
              // The narrowest of each layout as well as the one at hand.
              for (const narrow of width > 390 ? [1280, 1024, 768, width] : [320, width]) {
                await page.setViewportSize({ width: narrow, height: 900 })
                const wider = await page.evaluate(
                  () => document.documentElement.scrollWidth - innerWidth,
                )
                t.ok(wider <= 0, `${path} fits into ${narrow}`)
              }
            }
            t.same(complaints, [], 'no error in the console')
            t.same(outside, [], 'nothing was asked of another machine')
            await page.context().close()
          }
        },
      )

    await t.test('the theme is switched and kept', async (t) => {
      const { page } = await open('/', { colorScheme: 'light' })
      await page.getByRole('button', { name: 'Switch to dark' }).click()
      const isDark = () => page.evaluate(() => document.documentElement.classList.contains('dark'))
      t.ok(await isDark())
      await page.reload()
      t.ok(await isDark())
      await page.context().close()
    })
  },
)

t.test(
  'a connection that is lost is told, and mends by itself',
  { skip: because ?? false, timeout: 60_000 },
  async (t) => {
    const server = await startServer('api/testing/demo-server.ts', '--port', '0')
    const browser = await launch()
    t.teardown(() => browser.close())
    const { page } = await watch(browser, server.origin)
    await page.goto(`${server.origin}/#key=${server.key}`)
    await page.locator('[data-link=live]').waitFor()
    await server.stop()
    await page.getByText('Connection lost.').waitFor()
    t.match(
      await page.getByRole('status').first().innerText(),
      /Trading does not depend on this page/,
    )
    const port = new URL(server.origin).port
    const again = await startServer(
      'api/testing/demo-server.ts',
      '--port',
      port,
      '--token',
      server.key,
    )
    t.teardown(() => again.stop())
    await page.locator('[data-link=live]').waitFor()
    await page.getByText('Connection lost.').waitFor({ state: 'detached' })
  },
)

/** Until what a page loads after it is drawn has come. */
const settled = async (page: Page, path: string): Promise<void> => {
  if (path.startsWith('/strategies/')) await page.getByText('Profit factor').waitFor()
  else
    await page
      .locator(path === '/' ? '[data-strategy]' : 'tbody tr')
      .first()
      .waitFor()
}
