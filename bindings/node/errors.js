'use strict'

/** Why a call failed: `code` is stable, the other fields are the facts. */
class SealiftError extends Error {
  constructor({ message, ...fields }, options) {
    super(message, options)
    Object.assign(this, fields)
    this.name = fields.code === 'CANCELLED' ? 'AbortError' : 'SealiftError'
  }

  /** Makes the error from what the native side threw: the facts as JSON, else a sentence about an argument. */
  static from(error) {
    if (error instanceof SealiftError) return error
    try {
      return new SealiftError(JSON.parse(error.message))
    } catch {
      return new SealiftError({ code: 'INVALID_ARGUMENT', message: error.message }, { cause: error })
    }
  }
}

const invalid = (message, options) => new SealiftError({ code: 'INVALID_ARGUMENT', message }, options)

module.exports = { SealiftError, invalid }
