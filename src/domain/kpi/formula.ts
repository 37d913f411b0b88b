import jsep, { type Expression } from 'jsep'

/**
 * Formulas of key figures: `+ - * /`, brackets, numbers, `min`, `max`, and names of elements. The
 * library parses; only what stands here is ever evaluated, so a formula cannot call or reach anything.
 */
export type Expr =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'element'; readonly name: string }
  | { readonly kind: 'minus'; readonly of: Expr }
  | { readonly kind: 'binary'; readonly op: Operator; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'call'; readonly name: 'min' | 'max'; readonly args: readonly Expr[] }
export type Operator = '+' | '-' | '*' | '/'

/** Longer than any key figure of a standard; bounds what the recursive parser can be made to do. */
const MAX_LENGTH = 500
/** `a ** b`, `a ?? b` and the like are known to the parser, and to nobody else here. */
const OPERATORS: ReadonlySet<string> = new Set(['+', '-', '*', '/'])
const FUNCTIONS: ReadonlySet<string> = new Set(['min', 'max'])

/** @throws SyntaxError with one sentence that says what is not understood */
export function parseFormula(text: string): Expr {
  if (text.length > MAX_LENGTH) throw new SyntaxError(`is longer than ${MAX_LENGTH} characters`)
  return read(parse(text))
}

function parse(text: string): Expression {
  try {
    return jsep(text)
  } catch (error) {
    throw new SyntaxError(`is no formula: ${(error as Error).message}`, { cause: error })
  }
}

function read(node: Expression): Expr {
  switch (node.type) {
    case 'Literal':
      if (typeof node['value'] === 'number' && Number.isFinite(node['value']))
        return { kind: 'number', value: node['value'] }
      break
    case 'Identifier':
      return { kind: 'element', name: textOf(node['name']) }
    case 'UnaryExpression':
      if (node['operator'] === '-')
        return { kind: 'minus', of: read(node['argument'] as Expression) }
      break
    case 'BinaryExpression':
      if (OPERATORS.has(textOf(node['operator'])))
        return {
          kind: 'binary',
          op: node['operator'] as Operator,
          left: read(node['left'] as Expression),
          right: read(node['right'] as Expression),
        }
      break
    case 'CallExpression':
      return readCall(node)
  }
  throw new SyntaxError(`has ${node.type}; it may have + - * / min max, numbers and elements`)
}

/** What the parser has for a name; nothing else is one. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function readCall(node: Expression): Expr {
  const name = textOf((node['callee'] as Expression)['name'])
  const args = (node['arguments'] as Expression[]).map(read)
  if (!FUNCTIONS.has(name) || args.length === 0)
    throw new SyntaxError(`calls ${name}; it may call min and max of at least one value`)
  return { kind: 'call', name: name as 'min' | 'max', args }
}

/** The elements a formula is about, each once, in the order they are met. */
export function elementsOf(expr: Expr): readonly string[] {
  switch (expr.kind) {
    case 'number':
      return []
    case 'element':
      return [expr.name]
    case 'minus':
      return elementsOf(expr.of)
    case 'binary':
      return [...new Set([...elementsOf(expr.left), ...elementsOf(expr.right)])]
    case 'call':
      return [...new Set(expr.args.flatMap(elementsOf))]
  }
}

/** A number, or null and why there is none. */
export interface Evaluated {
  readonly value: number | null
  /** Of a formula that is a fraction as a whole; null otherwise. */
  readonly numerator: number | null
  readonly denominator: number | null
  /** Set exactly when `value` is null. */
  readonly nullReason: string | null
}

/** Stops an evaluation; becomes the `nullReason`. */
class Undefined extends Error {}

/** Value of an element, or why there is none. */
export type ElementValue = (name: string) => number | { readonly unknown: string }

/**
 * @returns null instead of infinity or zero where a denominator is zero: nothing was there to divide by
 */
export function evaluate(expr: Expr, element: ElementValue): Evaluated {
  const whole = expr.kind === 'binary' && expr.op === '/' ? expr : null
  const part = (of: Expr | undefined): number | null => {
    try {
      return of ? valueOf(of, element) : null
    } catch (error) {
      if (error instanceof Undefined) return null
      throw error
    }
  }
  const sides = { numerator: part(whole?.left), denominator: part(whole?.right) }
  try {
    return { value: valueOf(expr, element), ...sides, nullReason: null }
  } catch (error) {
    if (error instanceof Undefined) return { value: null, ...sides, nullReason: error.message }
    throw error
  }
}

function valueOf(expr: Expr, element: ElementValue): number {
  switch (expr.kind) {
    case 'number':
      return expr.value
    case 'element': {
      const value = element(expr.name)
      if (typeof value !== 'number') throw new Undefined(value.unknown)
      return value
    }
    case 'minus':
      return -valueOf(expr.of, element)
    case 'call':
      return Math[expr.name](...expr.args.map((arg) => valueOf(arg, element)))
    case 'binary': {
      const [left, right] = [valueOf(expr.left, element), valueOf(expr.right, element)]
      if (expr.op === '/' && right === 0) throw new Undefined(`${inWords(expr.right)} is zero.`)
      return OPERATE[expr.op](left, right)
    }
  }
}

const OPERATE: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}

/** The formula again, as text. */
function inWords(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return String(expr.value)
    case 'element':
      return expr.name
    case 'minus':
      return `-${inWords(expr.of)}`
    case 'binary':
      return `${inWords(expr.left)} ${expr.op} ${inWords(expr.right)}`
    case 'call':
      return `${expr.name}(${expr.args.map(inWords).join(', ')})`
  }
}
