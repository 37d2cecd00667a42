import t from 'tap'
import { idsOf, nameUuid, sharedId } from './ids.ts'

t.test('a name has the UUID that the standard gives it', async (t) => {
  const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'
  t.equal(nameUuid(dns, 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2', 'RFC 9562, appendix A.4')
})

t.test('the same thing has the same id, and different things have different ones', async (t) => {
  const ids = idsOf('local', 'run')
  t.equal(ids.of('trade', 'o1'), idsOf('local', 'run').of('trade', 'o1'))
  const all = [
    ids.account,
    ids.run,
    ids.of('trade', 'o1'),
    ids.of('order', 'o1'),
    ids.of('order', 'o2'),
    idsOf('local', 'other').run,
    idsOf('other', 'run').run,
    idsOf('other', 'run').of('trade', 'o1'),
    sharedId('day', 'NSE', '2022-11-10'),
  ]
  t.equal(new Set(all).size, all.length)
  for (const id of all) t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
