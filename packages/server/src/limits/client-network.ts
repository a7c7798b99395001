import { isIP } from 'node:net'
import { groupsOf } from './ipv6-groups.ts'

/** As the system writes the address of an IPv4 connection to a server that listens on IPv6 too. */
const IPV4_IN_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
/** The first 96 bits of addresses in which an IPv4 address is: mapped ones, and NAT64 (RFC 6052 §2.1). */
const IPV4_PREFIXES = ['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0']

/**
 * What an address counts as: an IPv4 address as itself, an IPv6 address as its network of 56 bits. A household
 * is given such a network (RFC 6177 §2), and can send from any of its addresses. An IPv6 address in which an IPv4
 * address is counts as that, and `::1` and its like, which are in no network, as themselves.
 *
 * @param address a bare IP address
 */
export function clientNetwork(address: string): string {
  if (isIP(address) !== 6) return address
  const mapped = IPV4_IN_IPV6.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const groups = groupsOf(address)
  if (IPV4_PREFIXES.includes(hex(groups.slice(0, 6)))) return toIpv4(groups)
  const [one = 0, two = 0, three = 0, four = 0] = groups
  if (one + two + three + four === 0) return hex(groups)
  return `${hex([one, two, three, four & 0xff00])}::/56`
}

const hex = (groups: readonly number[]) => groups.map((group) => group.toString(16)).join(':')

const toIpv4 = (groups: readonly number[]) =>
  groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')
