/** Names of the language that a strategy file may use; whatever else it has not declared itself is refused. */
export const allowed: ReadonlySet<string> = new Set([
  'undefined', 'NaN', 'Infinity', 'isNaN', 'isFinite', 'parseInt', 'parseFloat',
  'Math', 'Date', 'Number', 'BigInt', 'String', 'Boolean', 'Symbol', 'Object', 'Array', 'JSON', 'RegExp',
  'Map', 'Set', 'WeakMap', 'WeakSet', 'Iterator', 'structuredClone', 'console',
  'Error', 'TypeError', 'RangeError', 'AggregateError',
  'ArrayBuffer', 'DataView', 'Float64Array', 'Float32Array', 'BigInt64Array', 'BigUint64Array',
  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array',
])

const clock = 'a decision that looks at the clock is another one in every replay. Use bar.closeAt, or minute.'
const later = 'a strategy answers at once, or not at all.'
const outside = 'a strategy reaches nothing outside its thread.'
const zone = 'it depends on the time zone of the machine. Use minute, or the UTC one.'
const tongue = 'it depends on the language of the machine.'

const groups: readonly (readonly [because: string, names: string])[] = [
  [clock, 'performance Temporal'],
  [later, 'setTimeout setInterval setImmediate queueMicrotask clearTimeout clearInterval Promise'],
  [outside, 'process require module exports __filename __dirname global globalThis self window navigator Buffer'],
  [outside, 'fetch WebSocket EventSource XMLHttpRequest BroadcastChannel MessageChannel Worker'],
  [outside, 'Atomics SharedArrayBuffer localStorage sessionStorage'],
  ['it runs code that cannot be checked.', 'eval Function WebAssembly'],
  ['chance makes every replay another one.', 'crypto Crypto'],
  [tongue, 'Intl'],
  ['it depends on when memory is collected.', 'WeakRef FinalizationRegistry'],
]
const reasons = new Map(groups.flatMap(([because, names]) => names.split(' ').map((name) => [name, because] as const)))

/** Why a name that the file did not declare may not be used. */
export const whyNot = (name: string): string =>
  reasons.get(name) ?? 'neither the file nor the kit declares it.'

/** Members that may not be used, whatever they are a member of, and why. */
export const members: ReadonlyMap<string, string> = new Map([
  ...'constructor __proto__'.split(' ').map((name) => [name, 'it leads to code that cannot be checked.'] as const),
  ...('getDate getDay getFullYear getYear getHours getMinutes getMonth getSeconds getMilliseconds getTimezoneOffset ' +
    'setDate setFullYear setHours setMinutes setMonth setSeconds setMilliseconds toDateString toTimeString')
    .split(' ').map((name) => [name, zone] as const),
  ...'toLocaleString toLocaleDateString toLocaleTimeString localeCompare toLocaleLowerCase toLocaleUpperCase'
    .split(' ').map((name) => [name, tongue] as const),
])

/** Why the one use of `Date` or `Math` at hand makes a replay another one. */
export const because = { clock, later, zone, chance: 'chance makes every replay another one.', outside } as const
