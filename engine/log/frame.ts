import { hash } from 'node:crypto'
import { crc32c } from './crc32c.ts'

/**
 * One record as it lies in a segment file; numbers are little-endian.
 *
 * ```
 *   0  u32  length    bytes of payload
 *   4  u32  crc32c    over everything from byte 8 on
 *   8  u32  sequence  1 for the first record of a log, then one more each
 *  12  u16  kind      the caller's own
 *  14  u16  flags     bit 0: last record of its group
 *  16  32 B chain     sha256 over bytes 8 to the end, as they are with flags 0 and the previous record's chain here
 *  48  ...  payload   UTF-8 JSON, or whatever the caller keeps
 * ```
 * The checksum finds accidents, the chain finds edits: who changes, removes or reorders a record must rewrite every
 * one after it, and the last chain value no longer is the one that was noted elsewhere.
 */
export const HEADER = 48

/** The flag of the last record of a group. */
export const GROUP_END = 1

/** Bytes of a chain value. */
export const CHAIN = 32

/** The chain before the first record. */
export const noChain = (): Buffer => Buffer.alloc(CHAIN)

/** The largest payload. A fact is some hundred bytes; more than this is a defect, or a damaged length. */
export const PAYLOAD_MAX = 16 * 2 ** 20

const SEQUENCE = 8
const KIND = 12
const FLAGS = 14
const CHAIN_AT = 16

/** Bytes of the whole record that starts at `at`, by its length; its payload may not have been read yet. */
export const frameBytes = (bytes: Buffer, at: number): number => HEADER + bytes.readUInt32LE(at)

/** Sequence of the record at `at`. */
export const sequenceOf = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at + SEQUENCE)
/** Kind of the record at `at`. */
export const kindOf = (bytes: Buffer, at: number): number => bytes.readUInt16LE(at + KIND)
/** Whether the record at `at` is the last of its group: a crash leaves all of a group or none. */
export const endsGroup = (bytes: Buffer, at: number): boolean => (bytes.readUInt16LE(at + FLAGS) & GROUP_END) !== 0
/** Chain value of the record at `at`: a view of `bytes`, not a copy. */
export const chainOf = (bytes: Buffer, at: number): Buffer => bytes.subarray(at + CHAIN_AT, at + CHAIN_AT + CHAIN)

/** Whether a whole record with a right checksum lies at `at`, ending at or before `end`. */
export const isWhole = (bytes: Buffer, at: number, end: number): boolean => {
  if (end - at < HEADER) return false
  const length = bytes.readUInt32LE(at)
  if (length > PAYLOAD_MAX || at + HEADER + length > end) return false
  return bytes.readUInt32LE(at + 4) === crc32c(bytes, at + 8, at + HEADER + length)
}

/**
 * Writes the header of a record whose payload already is at `at + HEADER`, all but its checksum.
 * `chain` is the previous record's; it is overwritten by this one's.
 */
export const writeHeader = (
  bytes: Buffer,
  at: number,
  record: { readonly length: number; readonly sequence: number; readonly kind: number },
  chain: Buffer,
): void => {
  bytes.writeUInt32LE(record.length, at)
  bytes.writeUInt32LE(record.sequence, at + SEQUENCE)
  bytes.writeUInt16LE(record.kind, at + KIND)
  bytes.writeUInt16LE(0, at + FLAGS)
  chain.copy(bytes, at + CHAIN_AT)
  digest(bytes, at).copy(chain)
  chain.copy(bytes, at + CHAIN_AT)
}

/** Finishes a record: sets the flag, and the checksum over all. */
export const seal = (bytes: Buffer, at: number, groupEnd: boolean): void => {
  bytes.writeUInt16LE(groupEnd ? GROUP_END : 0, at + FLAGS)
  bytes.writeUInt32LE(crc32c(bytes, at + 8, at + frameBytes(bytes, at)), at + 4)
}

/** The chain value the record at `at` must have after `previous`. Leaves the record as it was. */
export const chainAfter = (bytes: Buffer, at: number, previous: Buffer): Buffer => {
  const flags = bytes.readUInt16LE(at + FLAGS)
  const own = Buffer.from(chainOf(bytes, at))
  bytes.writeUInt16LE(0, at + FLAGS)
  previous.copy(bytes, at + CHAIN_AT)
  const made = digest(bytes, at)
  bytes.writeUInt16LE(flags, at + FLAGS)
  own.copy(bytes, at + CHAIN_AT)
  return made
}

const digest = (bytes: Buffer, at: number): Buffer =>
  hash('sha256', bytes.subarray(at + 8, at + frameBytes(bytes, at)), 'buffer')
