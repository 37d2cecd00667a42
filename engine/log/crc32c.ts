/**
 * CRC-32C (Castagnoli) of a part of `bytes`: finds any burst up to 32 bits and all but one in 2^32 of the rest.
 * Eight bytes a step by eight tables; about 1 GB/s, so it costs less than the copy to the kernel.
 * @source  RFC 3720, appendix B.4; slicing-by-8: Kounavis and Berry, Intel, 2005
 */
export const crc32c = (bytes: Uint8Array, from: number, to: number): number => {
  let crc = -1
  let at = from
  for (; at + 8 <= to; at += 8) {
    const low = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    crc =
      tables[7 * 256 + (low & 255)]! ^
      tables[6 * 256 + ((low >>> 8) & 255)]! ^
      tables[5 * 256 + ((low >>> 16) & 255)]! ^
      tables[4 * 256 + (low >>> 24)]! ^
      tables[3 * 256 + bytes[at + 4]!]! ^
      tables[2 * 256 + bytes[at + 5]!]! ^
      tables[256 + bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!
  }
  for (; at < to; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 255]!
  return ~crc >>> 0
}

const POLYNOMIAL = 0x82f63b78 // reflected

// Table k holds the effect of a byte that k more bytes follow.
const makeTables = (): Int32Array => {
  const made = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0)
    made[byte] = crc
  }
  for (let k = 256; k < made.length; k++) made[k] = (made[k - 256]! >>> 8) ^ made[made[k - 256]! & 255]!
  return made
}

const tables = makeTables()
