'use strict'

const { SealiftError, invalid } = require('./errors.js')
const native = require('./native.js')
const { bytes, checkNames, checkObject, checked, document, path, text, written } = require('./options.js')

/** Runs a native function synchronously. */
function at(start) {
  try {
    return start()
  } catch (error) {
    throw SealiftError.from(error)
  }
}

/** Starts an asynchronous native function, with an optional signal and progress callback. */
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

/** The native database of each open `Database`. */
const handles = new WeakMap()

/** An advisory database, opened for any number of scans. */
class Database {
  #native

  constructor(opened) {
    this.#native = opened instanceof native.Database ? opened : at(() => native.Database.open(path(opened, 'path')))
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
    const opened = await call(options, (rest, running) => {
      if (!Array.isArray(ecosystems)) throw invalid('ecosystems: a list is expected')
      const names = ecosystems.map((name) => text(name, 'ecosystems'))
      return native.keptDatabase(path(folder, 'folder'), names, written(rest), running)
    })
    return new Database(opened)
  }

  static async build(from, output) {
    return JSON.parse(await call({}, (_, running) => native.buildDatabase(path(from, 'from'), path(output, 'output'), running)))
  }
}

/** The native database of an option; `null` means to match nothing. */
function nativeDatabase(database) {
  if (database === null) return null
  const opened = typeof database === 'string' || database instanceof URL ? new Database(database) : database
  const handle = handles.get(Object(opened))
  if (!handle) throw invalid('database: name a file, give a Database, or null to match nothing')
  return handle
}

/** The report of a scan. */
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

  async render(format, options = {}) {
    return call(options, ({ width, github, ...rest }) => {
      checkNames(rest, ['width', 'github'])
      const isWidth = width === undefined || (Number.isInteger(width) && width > 0 && width < 2 ** 32)
      if (!isWidth) throw invalid(`width: ${String(width)} is no number of columns`)
      if (github !== undefined && format !== 'github') throw invalid('github: that is said of the format github alone')
      return this.#native.render(text(format, 'format'), width, github === undefined ? undefined : written(github))
    })
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

/** Options of checks; none if nothing is checked. `true` means the defaults. */
function checks(misconfig) {
  if (misconfig === true) return {}
  if (misconfig === false || misconfig === null || misconfig === undefined) return undefined
  if (typeof misconfig === 'object') return misconfig
  throw invalid(`misconfig: true, false or an object of options is expected, not ${String(misconfig)}`)
}

async function scan(kind, target, options = {}) {
  const report = await call(options, ({ database, misconfig, ...rest }, running, progress) => {
    const given = written({ ...rest, misconfig: checks(misconfig) })
    return native.scan(kind, target(), given, nativeDatabase(database), running, progress)
  })
  return new Report(report)
}

/** Options of a check of configuration files: those of every scan, and its own. */
const ofEveryScan = ['name', 'threads', 'limits', 'skipDirs', 'skipFiles', 'severities', 'judgedAt', 'created']
const ofChecks = ['kinds', 'filePatterns', 'tfVars', 'checks', 'checkNamespaces', 'checkData', 'includeNonFailures', 'trivyLines', 'policy', 'ignore', 'ignorePolicies']

async function scanConfig(folder, options = {}) {
  const report = await call(options, (rest, running, progress) => {
    checkNames(rest, [...ofChecks, ...ofEveryScan])
    const [given, misconfig] = [{ packageTypes: [] }, {}]
    for (const [name, value] of Object.entries(checked(rest))) (ofChecks.includes(name) ? misconfig : given)[name] = value
    return native.scan('fs', path(folder, 'path'), JSON.stringify({ ...given, misconfig }), null, running, progress)
  })
  return new Report(report)
}

const scanImage = (image, options) => scan('image', () => text(image, 'image'), options)
const scanFs = (folder, options) => scan('fs', () => path(folder, 'folder'), options)
const scanRootfs = (folder, options) => scan('rootfs', () => path(folder, 'folder'), options)
const scanSbom = (file, options) => scan('sbom', () => path(file, 'file'), options)

async function verifyAttached(image, isAttestation, options = {}) {
  const proof = await call(options, (rest, running, progress) =>
    native.verifyImage(text(image, 'image'), isAttestation, written(rest), running, progress),
  )
  return JSON.parse(proof)
}

const verifyImage = (image, options) => verifyAttached(image, false, options)
const verifyAttestation = (image, options) => verifyAttached(image, true, options)

/** The subject of a signature: bytes, else the path of a file. */
const artifactOf = (artifact) => (ArrayBuffer.isView(artifact) ? bytes(artifact, 'artifact') : path(artifact, 'artifact'))

async function verifyBundle(bundle, artifact, options = {}) {
  const proof = await call(options, (rest, running) => {
    const beside = ['certificate', 'timestamp'].find((name) => rest[name] !== undefined)
    if (beside) throw invalid(`${beside}: a bundle brings it: that is said of signatures that stand alone`)
    return native.verifyBytes(document(bundle, 'bundle'), undefined, artifactOf(artifact), written(rest), running)
  })
  return JSON.parse(proof)
}

async function verifyBlob(signature, artifact, options = {}) {
  const proof = await call(options, ({ certificate, timestamp, ...rest }, running) => {
    const given = (value, name) => (value === undefined || value === null ? undefined : bytes(value, name))
    const beside = { certificate: given(certificate, 'certificate'), timestamp: given(timestamp, 'timestamp') }
    return native.verifyBytes(bytes(signature, 'signature'), beside, artifactOf(artifact), written(rest), running)
  })
  return JSON.parse(proof)
}

async function signImage(image, options = {}) {
  return JSON.parse(await call({}, (_, running) => native.signImage(text(image, 'image'), written(options), running)))
}

async function attest(image, predicate, options = {}) {
  const attested = await call({}, (_, running) =>
    native.attest(text(image, 'image'), document(predicate, 'predicate').toString(), written(options), running),
  )
  return JSON.parse(attested)
}

async function signBlob(content, options = {}) {
  return JSON.parse(await call({}, (_, running) => native.signBlob(bytes(content, 'content'), written(options), running)))
}

async function generateKeyPair(password) {
  return JSON.parse(await call({}, () => native.generateKeyPair(text(password, 'password'))))
}

/** The decision about an image, with its reasons. */
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
    this.messages = admission.messages()
    this.report = new Report(admission.report())
  }

  /** The verdict, then the reasons, as text for people. */
  toString() {
    return this.#native.text()
  }
}

/** Decides whether images may pass, by a policy and its suppressions. */
class Gate {
  #options

  constructor(options = {}) {
    this.#options = written(options)
    at(() => native.checkGate(this.#options))
  }

  async admit(image, options = {}) {
    const admission = await call(options, ({ database, ...rest }, running, progress) =>
      native.admit(text(image, 'image'), this.#options, written(rest), nativeDatabase(database), running, progress),
    )
    return new Admission(admission)
  }
}

/** The result of a review. */
class Review {
  #native

  constructor(review) {
    this.#native = review
    Object.assign(this, JSON.parse(review.outcome()))
  }

  render(format) {
    return at(() => this.#native.render(text(format, 'format')))
  }
}

/** How long to wait for images by default. */
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
    const review = await call(options, ({ operation, timeoutMs = PATIENCE_MS, ...rest }, running) => {
      checkNames(rest, ['operation', 'timeoutMs', 'signal'])
      if (typeof timeoutMs !== 'number') throw invalid('timeoutMs: a number is expected')
      const asked = operation === undefined ? undefined : text(operation, 'operation')
      return this.#native.review(document(objects, 'objects'), asked, timeoutMs, running)
    })
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
