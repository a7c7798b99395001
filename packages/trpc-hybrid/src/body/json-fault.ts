type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end'

/**
 * Where a text stops being JSON (RFC 8259): the position, from 0 in UTF-16 units, of the first character that
 * can't be there, or the length of a text that ends too early. Node says it in some versions and for some faults,
 * and with it a piece of the text.
 *
 * @param text that `JSON.parse` refuses
 */
export function faultIn(text: string): number {
  const open: ('[' | '{')[] = []
  let expected: Expected = 'value'
  for (let at = 0; ; at++) {
    while (' \t\n\r'.includes(text[at] ?? '?')) at++
    const character = text[at]
    if (character === undefined) return at
    if (character === ']' && expected === 'value or ]') expected = close(open)
    else if (character === '}' && expected === 'name or }') expected = close(open)
    else if (expected === ', or end') {
      const outer = open.at(-1)
      if (character === ',' && outer) expected = outer === '[' ? 'value' : 'name'
      else if (outer && character === CLOSING[outer]) expected = close(open)
      else return at
    } else if (expected === ':') {
      if (character !== ':') return at
      expected = 'value'
    } else {
      const isName = expected.startsWith('name')
      if (!isName && (character === '[' || character === '{')) {
        open.push(character)
        expected = character === '[' ? 'value or ]' : 'name or }'
        continue
      }
      const { end, isWhole } = isName && character !== '"' ? NOTHING(at) : readToken(text, at)
      if (!isWhole) return end
      at = end - 1
      expected = isName ? ':' : ', or end'
    }
  }
}

const CLOSING = { '[': ']', '{': '}' } as const

function close(open: unknown[]): Expected {
  open.pop()
  return ', or end'
}

/** How far a string, a number or a word goes. */
interface Token {
  readonly end: number
  readonly isWhole: boolean
}

const NOTHING = (at: number): Token => ({ end: at, isWhole: false })

function readToken(text: string, at: number): Token {
  const character = text[at] ?? ''
  if (character === '"') return readString(text, at)
  if (character === '-' || isDigit(character)) return readNumber(text, at)
  const word = ['true', 'false', 'null'].find((one) => one.startsWith(character))
  return word === undefined ? NOTHING(at) : readWord(text, at, word)
}

function readString(text: string, from: number): Token {
  for (let at = from + 1; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === '"') return { end: at + 1, isWhole: true }
    if (character < ' ') return NOTHING(at)
    if (character !== '\\') continue
    at++
    const escaped = text[at] ?? ''
    if (escaped === '' || !'"\\/bfnrtu'.includes(escaped)) return NOTHING(at)
    for (let digits = 0; escaped === 'u' && digits < 4; digits++) {
      at++
      if (!/^[\da-f]$/i.test(text[at] ?? '')) return NOTHING(at)
    }
  }
  return NOTHING(text.length)
}

function readNumber(text: string, from: number): Token {
  let at = text[from] === '-' ? from + 1 : from
  const first = at
  const passDigits = () => {
    const start = at
    while (isDigit(text[at] ?? '')) at++
    return at > start
  }
  if (text[at] === '0') at++
  else if (!passDigits()) return NOTHING(first)
  if (text[at] === '.') {
    at++
    if (!passDigits()) return NOTHING(at)
  }
  if (text[at] === 'e' || text[at] === 'E') {
    at++
    if (text[at] === '+' || text[at] === '-') at++
    if (!passDigits()) return NOTHING(at)
  }
  return { end: at, isWhole: true }
}

function readWord(text: string, at: number, word: string): Token {
  let length = 1
  while (length < word.length && text[at + length] === word[length]) length++
  return { end: at + length, isWhole: length === word.length }
}

const isDigit = (character: string) => character >= '0' && character <= '9'
