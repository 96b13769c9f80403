'use strict'

const { types } = require('node:util')

const { invalid } = require('./errors.js')

/** Options that hold options: in these, as in what holds them, `undefined` is what is not given. */
const HOLDERS = ['registry', 'limits', 'misconfig']

/** Whether it is made of its own members alone, in whatever realm it was made. */
function isPlain(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
  const parent = Object.getPrototypeOf(value)
  return parent === null || (Object.getPrototypeOf(parent) === null && Object.hasOwn(parent, 'isPrototypeOf'))
}

/** What a value is, for a sentence. */
function called(value) {
  if (value === null || value === undefined || typeof value === 'number') return String(value)
  return `a ${typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value}`
}

/** That options are given as an object; none that has some by inheritance, for they would be lost. */
function checkObject(options) {
  if (!isPlain(options)) throw invalid(`options: an object is expected, not ${called(options)}`)
}

/** The members that are given. */
function given(options, prefix) {
  const named = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(named.map(([name, value]) => [name, kept(value, prefix + name)]))
}

/** The value of an option as JSON keeps it. What JSON would lose or change may be what is required: it is refused. */
function kept(value, name) {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value
  if (Array.isArray(value)) return Array.from(value, (item, at) => kept(item, `${name}[${at}]`))
  if (types.isDate(value) && Number.isFinite(value.getTime())) return value.toISOString()
  if (!isPlain(value)) throw invalid(`${name}: ${called(value)} is no value of an option`)
  if (HOLDERS.includes(name)) return given(value, `${name}.`)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, kept(item, `${name}.${key}`)]))
}

/** Options that JSON keeps. */
function checked(options) {
  checkObject(options)
  return given(options, '')
}

/** Options as the native side reads them, which knows their names and types. */
const written = (options) => JSON.stringify(checked(options))

module.exports = { checkObject, checked, written }
