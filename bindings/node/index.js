'use strict'

const { SealiftError, invalid } = require('./errors.js')
const native = require('./native.js')
const { checkObject, checked, written } = require('./options.js')

/** Runs something of the native side at once. */
function at(start) {
  try {
    return start()
  } catch (error) {
    throw SealiftError.from(error)
  }
}

/** Starts something of the native side, to which a signal and a callback of progress may belong. */
async function call(options, start) {
  checkObject(options)
  const { signal, onProgress, ...rest } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalid('signal: an AbortSignal is expected')
  if (onProgress !== undefined && typeof onProgress !== 'function') throw invalid('onProgress: a function is expected')
  if (signal?.aborted) throw new SealiftError({ code: 'CANCELLED', message: 'cancelled' }, { cause: signal.reason })

  const running = new native.Call(Date.now())
  const abort = () => running.cancel()
  let thrown
  const progress = (told) => {
    if (thrown) return
    try {
      onProgress(JSON.parse(told))
    } catch (error) {
      thrown = { error }
      abort()
    }
  }
  signal?.addEventListener('abort', abort, { once: true })
  try {
    const done = await start(rest, running, onProgress && progress)
    if (thrown) throw thrown.error
    return done
  } catch (error) {
    if (thrown) throw thrown.error
    const failure = SealiftError.from(error)
    if (failure.code === 'CANCELLED') failure.cause = signal?.reason
    throw failure
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** The native databases of those that are open. */
const handles = new WeakMap()

/** An advisory database, opened for any number of scans. */
class Database {
  #native

  constructor(opened) {
    this.#native = opened instanceof native.Database ? opened : at(() => native.Database.open(opened))
    handles.set(this, this.#native)
  }

  get path() {
    return this.#native.path
  }

  info() {
    return JSON.parse(this.#native.info())
  }

  async verify() {
    await call({}, () => this.#native.verify())
  }

  static async kept(folder, ecosystems, options = {}) {
    return new Database(await call(options, (rest, running) => native.keptDatabase(folder, ecosystems, written(rest), running)))
  }

  static async build(from, output) {
    return JSON.parse(await call({}, (_, running) => native.buildDatabase(from, output, running)))
  }
}

/** The native database of what an option names; `null` is to match nothing. */
function nativeDatabase(database) {
  if (database === null) return null
  const opened = typeof database === 'string' ? new Database(database) : database
  const handle = handles.get(Object(opened))
  if (!handle) throw invalid('database: name a file, give a Database, or null to match nothing')
  return handle
}

/** What was scanned, and what is told of it. */
class Report {
  #native

  constructor(report) {
    this.#native = report
    Object.assign(this, JSON.parse(report.summary()))
  }

  findings() {
    return JSON.parse(this.#native.findings())
  }

  misconfigurations() {
    return JSON.parse(this.#native.misconfigurations())
  }

  packages() {
    return JSON.parse(this.#native.packages())
  }

  diagnostics() {
    return JSON.parse(this.#native.diagnostics())
  }

  async render(format, { width } = {}) {
    return call({}, () => this.#native.render(format, width))
  }

  toJSON() {
    return {
      ...this,
      findings: this.findings(),
      misconfigurations: this.misconfigurations(),
      packages: this.packages(),
      diagnostics: this.diagnostics(),
    }
  }
}

async function scan(kind, target, options = {}) {
  const report = await call(options, ({ database, misconfig, ...rest }, running, progress) => {
    // `true` is to check as it is done where nothing else is said, `false` not to check.
    const checks = typeof misconfig === 'boolean' ? (misconfig ? {} : undefined) : misconfig
    const given = written({ ...rest, misconfig: checks })
    return native.scan(kind, target, given, nativeDatabase(database), running, progress)
  })
  return new Report(report)
}

/** Of a check of configuration files, the options that are those of every scan. */
const ofEveryScan = ['name', 'threads', 'limits', 'skipDirs', 'skipFiles', 'severities', 'judgedAt', 'created']

async function scanConfig(path, options = {}) {
  const report = await call(options, (rest, running, progress) => {
    const [given, misconfig] = [{ packageTypes: [] }, {}]
    for (const [name, value] of Object.entries(checked(rest))) (ofEveryScan.includes(name) ? given : misconfig)[name] = value
    return native.scan('fs', path, JSON.stringify({ ...given, misconfig }), null, running, progress)
  })
  return new Report(report)
}

const scanImage = (image, options) => scan('image', image, options)
const scanFs = (folder, options) => scan('fs', folder, options)
const scanRootfs = (folder, options) => scan('rootfs', folder, options)
const scanSbom = (file, options) => scan('sbom', file, options)

async function verifyAttached(image, isAttestation, options = {}) {
  const proof = await call(options, (rest, running, progress) =>
    native.verifyImage(image, isAttestation, written(rest), running, progress),
  )
  return JSON.parse(proof)
}

const verifyImage = (image, options) => verifyAttached(image, false, options)
const verifyAttestation = (image, options) => verifyAttached(image, true, options)

/** Bytes of what is given as bytes or text. */
const bytes = (content) => (typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.buffer, content.byteOffset, content.byteLength))

async function verifyBytes(signature, isDetached, artifact, options) {
  const proof = await call(options, (given, running) => {
    // A bundle brings what speaks for it: there these are no options.
    const { certificate, timestamp, ...rest } = given
    const beside = isDetached ? { certificate: certificate && bytes(certificate), timestamp: timestamp && bytes(timestamp) } : undefined
    return native.verifyBytes(
      bytes(signature),
      beside,
      typeof artifact === 'string' ? artifact : bytes(artifact),
      written(isDetached ? rest : given),
      running,
    )
  })
  return JSON.parse(proof)
}

async function verifyBundle(bundle, artifact, options = {}) {
  const isWritten = typeof bundle === 'string' || ArrayBuffer.isView(bundle)
  return verifyBytes(isWritten ? bundle : JSON.stringify(bundle), false, artifact, options)
}

const verifyBlob = (signature, artifact, options = {}) => verifyBytes(signature, true, artifact, options)

async function signImage(image, options = {}) {
  return JSON.parse(await call({}, (_, running) => native.signImage(image, written(options), running)))
}

async function attest(image, predicate, options = {}) {
  const content = typeof predicate === 'string' ? predicate : JSON.stringify(predicate)
  return JSON.parse(await call({}, (_, running) => native.attest(image, content, written(options), running)))
}

async function signBlob(content, options = {}) {
  return JSON.parse(await call({}, (_, running) => native.signBlob(bytes(content), written(options), running)))
}

async function generateKeyPair(password) {
  return JSON.parse(await call({}, () => native.generateKeyPair(password)))
}

/** What was decided about an image, and why. */
class Admission {
  #native

  constructor(admission) {
    this.#native = admission
    const outcome = JSON.parse(admission.outcome())
    this.verdict = outcome.Verdict
    this.ok = outcome.Verdict === 'pass' || outcome.Verdict === 'warn'
    this.judgedOn = outcome.JudgedOn
    this.digests = outcome.Digests
    this.reasons = outcome.Reasons.map(({ Action: action, About: about, Text: text }) => ({ action, about, text }))
    this.proofs = outcome.Proofs
    this.incomplete = outcome.Incomplete
    this.suppressed = outcome.Suppressed.map((row) => ({
      id: row.VulnerabilityID,
      package: row.Package,
      status: row.Status,
      statement: row.Statement ?? null,
      source: row.Source,
      expires: row.Expires ?? null,
    }))
    this.told = admission.told()
    this.report = new Report(admission.report())
  }

  /** For people: the verdict first, then the reasons. */
  toString() {
    return this.#native.text()
  }
}

/** Decides whether images may pass, by a policy and by what takes findings out. */
class Gate {
  #options

  constructor(options = {}) {
    this.#options = written(options)
    at(() => native.checkGate(this.#options))
  }

  async admit(image, options = {}) {
    const admission = await call(options, ({ database, ...rest }, running, progress) =>
      native.admit(image, this.#options, written(rest), nativeDatabase(database), running, progress),
    )
    return new Admission(admission)
  }
}

/** What was said of objects. */
class Review {
  #native

  constructor(review) {
    this.#native = review
    Object.assign(this, JSON.parse(review.outcome()))
  }

  render(format) {
    return at(() => this.#native.render(format))
  }
}

/** How long images are waited for unless it is said. */
const PATIENCE_MS = 300_000

/** Admission policies and image rules, loaded once for any number of reviews. */
class AdmissionPolicies {
  #native

  constructor(loaded) {
    this.#native = loaded
    this.notes = loaded.notes()
  }

  static async load(options = {}) {
    return new AdmissionPolicies(await call({}, (_, running) => native.loadPolicies(written(options), running)))
  }

  async review(objects, options = {}) {
    const isText = typeof objects === 'string' || ArrayBuffer.isView(objects)
    if (!isText && (objects === null || typeof objects !== 'object')) throw invalid('an object, a text or bytes are expected')
    const text = bytes(isText ? objects : JSON.stringify(objects))
    const review = await call(options, ({ operation, timeoutMs = PATIENCE_MS }, running) =>
      this.#native.review(text, operation, timeoutMs, running),
    )
    return new Review(review)
  }
}

module.exports = {
  Admission,
  AdmissionPolicies,
  Database,
  Gate,
  Report,
  Review,
  SealiftError,
  attest,
  generateKeyPair,
  scanConfig,
  scanFs,
  scanImage,
  scanRootfs,
  scanSbom,
  signBlob,
  signImage,
  verifyAttestation,
  verifyBlob,
  verifyBundle,
  verifyImage,
  version: native.version(),
}
