// LevelDB's checksum of what it writes: CRC-32C, turned and shifted.

const MASK_DELTA = 0xa282ead8;

export function checksum(bytes: Buffer, from: number, until: number): number {
  let crc = 0xffff_ffff;
  for (let at = from; at < until; at++) crc = (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  crc = ~crc;
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0x82f6_3b78 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});
