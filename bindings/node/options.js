'use strict'

const { fileURLToPath } = require('node:url')
const { types } = require('node:util')

const { invalid } = require('./errors.js')

/** Options that hold options: in these, too, `undefined` means that a member is not given. */
const HOLDERS = ['registry', 'limits', 'misconfig']

/** Whether the value is a plain object, of any realm. */
function isPlain(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
  const parent = Object.getPrototypeOf(value)
  return parent === null || (Object.getPrototypeOf(parent) === null && Object.hasOwn(parent, 'isPrototypeOf'))
}

/** Describes the type of a value for a message. */
function called(value) {
  if (value === null || value === undefined || typeof value === 'number') return String(value)
  return `a ${typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value}`
}

/** Checks that options are a plain object: inherited members would be lost. */
function checkObject(options) {
  if (!isPlain(options)) throw invalid(`options: an object is expected, not ${called(options)}`)
}

/** Checks that options have no other names than these. */
function checkNames(options, names) {
  const other = Object.keys(options).find((name) => !names.includes(name))
  if (other !== undefined) throw invalid(`options: unknown field \`${other}\`, expected one of ${names.map((name) => `\`${name}\``).join(', ')}`)
}

/** The members that are given. */
function given(options, prefix) {
  const named = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(named.map(([name, value]) => [name, kept(value, prefix + name)]))
}

/** The value of an option as JSON keeps it. A value that JSON would lose or change is refused: it may matter. */
function kept(value, name) {
  if (name === 'key' && typeof value === 'string' && value.startsWith('-----BEGIN ')) throw invalid('key: the file of a key is expected, not its text')
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value
  if (Array.isArray(value)) return Array.from(value, (item, at) => kept(item, `${name}[${at}]`))
  if (value instanceof URL) return value.protocol === 'file:' ? path(value, name) : value.href
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

/** Options as JSON for the native side, which knows their names and types. */
const written = (options) => JSON.stringify(checked(options))

/** An argument that is text. */
function text(value, name) {
  if (typeof value === 'string') return value
  throw invalid(`${name}: a string is expected, not ${called(value)}`)
}

/** An argument that names a file or folder. */
function path(value, name) {
  if (typeof value === 'string') return value
  if (!(value instanceof URL)) throw invalid(`${name}: a path or a URL of a file is expected, not ${called(value)}`)
  try {
    return fileURLToPath(value)
  } catch (cause) {
    throw invalid(`${name}: ${value.href}: ${cause.message}`, { cause })
  }
}

/** An argument that is bytes, or text that stands for them. */
function bytes(value, name) {
  if (typeof value === 'string') return Buffer.from(value)
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  throw invalid(`${name}: a string or bytes are expected, not ${called(value)}`)
}

/** A value in a document: undefined members are left out, as usual in JavaScript, but nothing else is lost. */
function documented(key, value) {
  const isLost = typeof value === 'number' ? !Number.isFinite(value) : types.isMap(value) || types.isSet(value)
  if (isLost || typeof value === 'function' || typeof value === 'symbol') throw invalid(`${key}: ${called(value)} is no value in JSON`)
  return value
}

/** An argument that is a document: an object, or its JSON text. */
function document(value, name) {
  if (typeof value === 'string' || ArrayBuffer.isView(value)) return bytes(value, name)
  if (value === null || typeof value !== 'object') throw invalid(`${name}: an object, a string or bytes are expected, not ${called(value)}`)
  try {
    return bytes(JSON.stringify(value, documented), name)
  } catch (cause) {
    throw invalid(`${name}: ${cause?.message ?? cause}`, { cause })
  }
}

module.exports = { bytes, checkNames, checkObject, checked, document, path, text, written }
