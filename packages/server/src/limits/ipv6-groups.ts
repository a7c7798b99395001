const GROUPS = 8

/** The eight numbers of an IPv6 address, however it is written (RFC 4291 §2.2). */
export function groupsOf(address: string): number[] {
  const [left = [], right] = address.split('::').map(readGroups)
  if (!right) return left
  const zeros = GROUPS - left.length - right.length
  return [...left, ...Array<number>(zeros).fill(0), ...right]
}

function readGroups(text: string): number[] {
  if (text === '') return []
  return text
    .split(':')
    .flatMap((group) => (group.includes('.') ? readIpv4(group) : [Number.parseInt(group, 16)]))
}

/** An IPv4 address at the end takes two groups. */
function readIpv4(text: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number)
  return [a * 256 + b, c * 256 + d]
}
