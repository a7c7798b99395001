import { isIP } from 'node:net'

const IPV4_IN_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
const GROUPS = 8

/**
 * What an address counts as: an IPv4 address as itself, an IPv6 address as its network of 56 bits. A household
 * is given such a network (RFC 6177 §2), and can send from any of its addresses.
 *
 * @param address a bare IP address
 */
export function clientNetwork(address: string): string {
  if (isIP(address) !== 6) return address
  const ipv4 = IPV4_IN_IPV6.exec(address)?.[1]
  if (ipv4 !== undefined) return ipv4
  const [one = 0, two = 0, three = 0, four = 0] = groupsOf(address)
  const network = [one, two, three, four & 0xff00]
  return `${network.map((group) => group.toString(16)).join(':')}::/56`
}

function groupsOf(address: string): number[] {
  const [left = [], right] = address.split('::').map(readGroups)
  if (!right) return left
  const zeros = GROUPS - left.length - right.length
  return [...left, ...Array<number>(zeros).fill(0), ...right]
}

/** An IPv4 address at the end takes two groups. Their value lies outside the network part. */
function readGroups(text: string): number[] {
  if (text === '') return []
  return text
    .split(':')
    .flatMap((group) => (group.includes('.') ? [0, 0] : [Number.parseInt(group, 16)]))
}
