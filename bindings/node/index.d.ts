/**
 * Scan container images for packages and vulnerabilities, decide whether they may run, sign and verify them.
 *
 * Each call does its work on threads of its own: the event loop never waits. A call that fails rejects
 * with a {@link SealiftError}. The only hosts that are contacted are the registries of images that are named.
 */

export type Severity = 'UNKNOWN' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL'

/** A file or folder: its path, or a `file:` URL. */
export type Path = string | URL

/** The kind of an error. */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'CANCELLED'
  | 'IO'
  | 'NO_SUCH_IMAGE'
  | 'UNREADABLE'
  | 'DIGEST_MISMATCH'
  | 'LIMIT_EXCEEDED'
  | 'SBOM'
  | 'DATABASE'
  | 'REGISTRY'
  | 'POLICY'
  | 'UNVERIFIED'
  | 'SIGNING'
  | 'INTERNAL'

/** Why a call failed. Its `name` is `AbortError` when a signal ended it. */
export class SealiftError extends Error {
  private constructor()
  readonly code: ErrorCode
  /** The file, folder or image that the error is about, or the name of a text. */
  readonly path?: string
  /** 1-based line in that file. */
  readonly line?: number
  /** For `LIMIT_EXCEEDED`: the limit that was exceeded, as it is called in {@link Limits}. */
  readonly limit?: string
  /** The value of that limit. */
  readonly max?: number
  /** HTTP status of a registry: 404 if it has no such image, 401 if it denies access. */
  readonly status?: number
  /** The check that failed, as `identity` or `content`; `image-present` if there is no image to verify, `attachments` if what is attached to it cannot be listed. */
  readonly check?: string
  /** The image that is not verified. */
  readonly digest?: string
  /** The expected digest. */
  readonly expected?: string
  /** The digest of what was found. */
  readonly actual?: string
  /** Signatures that were found and do not count. */
  readonly rejected?: RejectedSignature[]
}

/** Progress of a call; reports of bytes and files come at most every 50 ms. */
export type Progress =
  | { kind: 'layer-started'; layer: number; bytes: number }
  | { kind: 'layer-read'; layer: number; bytes: number }
  | { kind: 'layer-finished'; layer: number }
  | { kind: 'directory-started'; files: number }
  | { kind: 'files-read'; files: number }

/** Options of all calls that may take long. */
export interface CallOptions {
  /** Cancels the call, which then rejects with the code `CANCELLED` and has no effect. */
  signal?: AbortSignal
  /** Receives reports of progress. An error that it throws ends the call, which rejects with it. */
  onProgress?: (progress: Progress) => void
}

/** Access to the image's own registry; nothing is read from the environment. */
export interface RegistryOptions {
  username?: string
  password?: string
  token?: string
  /** What `docker login` wrote: a file with credentials. */
  authFile?: Path
  /** The proxy for all requests, as `http://proxy.example:3128`. */
  proxy?: string
  /** Hosts, domains and networks that are asked without the proxy, separated by commas. */
  noProxy?: string
  /** Certificate authorities that are trusted beside the system's: a file in PEM. */
  ca?: Path
  /** Weaker: allows requests without TLS, and any certificate. */
  insecure?: boolean
}

/** Limits of a scan that differ from the defaults. */
export interface Limits {
  maxLayerBytes?: number
  /** Bytes kept in memory at once, over all threads. */
  maxKeptBytes?: number
  maxFileBytes?: number
  maxLayerEntries?: number
  maxTreeEntries?: number
  maxNamesBytes?: number
  maxLayers?: number
  maxPathBytes?: number
  maxInflateRatio?: number
  maxArchiveDepth?: number
  maxArchiveEntries?: number
  maxArchiveBytes?: number
  maxArchiveRatio?: number
  maxLinkHops?: number
  maxIndexDepth?: number
  maxIndexes?: number
  maxIndexManifests?: number
  maxSearchedBlobs?: number
  maxDocumentBytes?: number
  maxZstdWindowBytes?: number
}

export interface ScanOptions extends CallOptions {
  /** The database to match against: a file or an open database; `null` lists packages and matches nothing. */
  database: Path | Database | null
  /** Name of the target in the report. */
  name?: string
  /** The platform to choose from an index, as `linux/arm64`. */
  platform?: string
  registry?: RegistryOptions
  /** Default: one for each processor. */
  threads?: number
  limits?: Limits
  /** Patterns relative to the target's root. */
  skipDirs?: string[]
  skipFiles?: string[]
  packageTypes?: ('os' | 'library')[]
  matching?: 'installed' | 'declared' | 'all'
  /** Matches packages that are needed only to build or test, too. */
  development?: boolean
  /** Counts records that are not about security, too, and those of other streams of an RPM module. */
  allRecords?: boolean
  /** Lists and matches what upper layers hide, too. */
  allLayers?: boolean
  /** The base image. */
  base?: string
  /** A file that lists known base images. */
  bases?: Path
  /** Day or time from which ages are counted. Default: now. */
  judgedAt?: string
  /** The report's time. Default: the image's own. */
  created?: string
  /** Folder that keeps the results of layers for the next scan. Default: none. */
  cacheDir?: Path
  /** Which findings count: an exact list. Default: all. */
  severities?: Severity[]
  /** Leaves out findings without a fix; never a malicious package. */
  ignoreUnfixed?: boolean
  /** Leaves out findings in packages of the base image. */
  excludeBase?: boolean
}

/** Options of a scan by the gate, which decides itself which findings count. */
export type AdmitOptions = Omit<ScanOptions, 'severities' | 'ignoreUnfixed' | 'excludeBase'>

/** Kinds of configuration files. */
export type FileKind = 'dockerfile' | 'kubernetes' | 'helm' | 'compose' | 'terraform' | 'terraformplan'

/** Which configuration files are checked and how, and which failures do not count. */
export interface CheckOptions {
  /** Default: all. `helm` is never run: name what it printed of charts by `filePatterns`, as `helm:rendered[.]yaml`. */
  kinds?: FileKind[]
  /** Patterns of files of a kind with other names: `KIND:EXPRESSION`, as `dockerfile:.*[.]docker`. */
  filePatterns?: string[]
  /** Files with values of Terraform variables; later ones override earlier ones. */
  tfVars?: Path[]
  /** Checks in Rego and the libraries that they need: files or folders, or texts by their names. */
  checks?: Path[] | Record<string, string>
  /** Packages that hold such checks beside `builtin` and `user`. */
  checkNamespaces?: string[]
  /** Documents in JSON or YAML that such checks find below `data`: files or folders, or texts by their names. */
  checkData?: Path[] | Record<string, string>
  /** Lists checks that pass and failures that do not count, too. */
  includeNonFailures?: boolean
  /** Counts the lines of a manifest with several documents as Trivy does, without `---`. */
  trivyLines?: boolean
  /** A `sealift.toml`. Failures that its exceptions or the files that it names suppress do not count. */
  policy?: Path
  /** Ignore files. */
  ignore?: Path[]
  /** Trivy's ignore policies, in Rego. */
  ignorePolicies?: Path[]
}

/** Options of the scan of a folder. */
export interface FolderOptions extends ScanOptions {
  /** Checks the configuration files, too. Default: no. */
  misconfig?: boolean | CheckOptions
}

export interface ConfigOptions extends CallOptions, CheckOptions {
  /** Name of the target in the report. */
  name?: string
  threads?: number
  limits?: Limits
  /** Patterns relative to the folder. */
  skipDirs?: string[]
  skipFiles?: string[]
  /** Which failures count: an exact list. Default: all. */
  severities?: Severity[]
  /** Day or time by which ignore comments expire. Default: now. */
  judgedAt?: string
  /** The report's time. */
  created?: string
}

/** The result of a check of a configuration file. */
export interface Misconfiguration {
  /** The check, as `DS-0002`. */
  id: string
  severity: Severity
  title: string
  description: string
  resolution: string
  /** Only `fail` without `includeNonFailures`; a check that did not run is a diagnostic. */
  status: 'fail' | 'pass' | 'ignored'
  /** The rule by which it does not count. */
  ignoredBy: string | null
  /** What is wrong; `null` if nothing is. */
  message: string | null
  path: string
  kind: FileKind
  /** 1-based, both included; `null` if something is missing from the whole file. */
  lines: { start: number; end: number } | null
  /** As `aws_s3_bucket.logs`. */
  resource: string | null
}

export interface Finding {
  /** The CVE if there is one, else the id of a record. */
  id: string
  severity: Severity
  severitySource: string | null
  title: string
  description: string
  package: { name: string; version: string; purl: string; paths: string[]; fromBase: BaseEvidence | null } | null
  /** Versions that fix it, ascending. */
  fixedVersions: string[]
  recordIds: string[]
  aliases: string[]
  /** The highest score of all sources. */
  cvssScore: number | null
  cvss: { source: string; vector: string | null; score: number }[]
  /** Probability that it is exploited in the next 30 days. */
  epss: number | null
  /** The entry in CISA's catalogue of exploited vulnerabilities. */
  kev: { dateAdded: string; dueDate: string | null; ransomware: boolean } | null
  cweIds: string[]
  references: string[]
  published: string | null
  modified: string | null
  /** Whether the package was made to do harm. */
  malicious: boolean
}

export type BaseEvidence = 'named' | 'listed' | 'guessed'

export interface Package {
  name: string
  version: string
  purl: string
  licenses: string[]
  source: { name: string; version: string } | null
  architecture: string | null
  evidence: 'installed' | 'declared'
  dependsOn: string[]
  ownedBy: string | null
  fromBase: BaseEvidence | null
  hidden: boolean
  locations: { path: string; layer: string | null; line: number | null }[]
}

export interface Diagnostic {
  path: string | null
  line: number | null
  layer: string | null
  message: string
  impact: 'note' | 'partial' | 'incomplete'
}

export type Format =
  | 'table'
  | 'json'
  | 'sarif'
  | 'markdown'
  | 'junit'
  | 'gitlab'
  | 'github'
  | 'cosign-vuln'
  | 'cyclonedx'
  | 'cyclonedx-vulnerabilities'
  | 'spdx-json'
  | 'spdx'

export interface RenderOptions {
  /** Width of a table in columns. Default: 160. */
  width?: number
  /** Required by the format `github`: the commit, and the job, which replaces its earlier snapshots. */
  github?: { sha: string; ref: string; correlator: string; jobId: string }
}

/** The report of a scan. Each call makes its lists anew: keep them. */
export class Report {
  private constructor()
  readonly name: string
  readonly kind: string
  readonly distribution: string | null
  /** Digest of the image's config. */
  readonly imageId: string | null
  /** Digest of the index, else of the manifest: the subject of signatures. */
  readonly digest: string | null
  readonly manifestDigest: string | null
  /** Whether packages were matched: without a database, nothing is known about vulnerabilities. */
  readonly matched: boolean
  readonly counts: Record<Severity, number>
  /** The number of findings that `severities` left out, by severity. */
  readonly hiddenBySeverity: Record<Severity, number>
  /** Ecosystems for which the database has advisories, and those for which it has none. */
  readonly coverage: { with: string[]; without: string[] } | null
  /** Records for which it is unknown whether a package is affected. */
  readonly undetermined: number
  /** What was requested but not done. */
  readonly notes: string[]
  /** Whether the scan saw all that it should; false if nothing was matched or checked. */
  readonly complete: boolean
  findings(): Finding[]
  /** The results of checks of configuration files, if they were requested. */
  misconfigurations(): Misconfiguration[]
  packages(): Package[]
  diagnostics(): Diagnostic[]
  /** Writes the report in a format. */
  render(format: Format, options?: RenderOptions): Promise<string>
  /** The whole report as data. */
  toJSON(): unknown
}

export interface KeptOptions {
  /** Source of advisories: the URL of a mirror of OSV's exports, or a folder. Default: their public places. */
  mirror?: Path
  /** Fetches nothing. */
  offline?: boolean
}

/** An advisory database, opened for any number of scans. */
export class Database {
  /** Opens a file. It is mapped, not read, so the time does not grow with its size. */
  constructor(path: Path)
  readonly path: string
  info(): {
    built: string
    sources: { name: string; records: number; newest: string | null }[]
    ecosystems: { name: string; records: number; packages: number }[]
  }
  /** Checks every block. */
  verify(): Promise<void>
  /**
   * Opens the database in a folder, with the advisories of these ecosystems (`Debian:12`, `npm`). It is first
   * fetched, or updated if it is old.
   */
  static kept(folder: Path, ecosystems: string[], options?: KeptOptions): Promise<Database>
  /** Builds a database from a folder of exports: `<Ecosystem>/all.zip` or records, `kev.json`, `epss*.csv`. */
  static build(from: Path, output: Path): Promise<{ records: number; diagnostics: string[] }>
}

/**
 * Scans an image: a name in a registry; `docker-daemon:NAME` or `podman:NAME` in an engine;
 * `oci:DIR[:TAG|@DIGEST]`, `oci-archive:FILE`, `docker-archive:FILE`, or a path that starts with `/`,
 * `./` or `../`.
 */
export function scanImage(image: string, options: ScanOptions): Promise<Report>
/** Scans a source tree for packages that its lockfiles declare. */
export function scanFs(folder: Path, options: FolderOptions): Promise<Report>
/** Scans an unpacked root file system for installed packages. */
export function scanRootfs(folder: Path, options: FolderOptions): Promise<Report>
/** Checks the configuration files of a folder, or one file of it: Dockerfiles, manifests, compose files, Terraform. */
export function scanConfig(path: Path, options?: ConfigOptions): Promise<Report>
/** Scans the packages that a CycloneDX or SPDX document lists. */
export function scanSbom(file: Path, options: ScanOptions): Promise<Report>

/** Whether the log entry of a signature without one beside it is looked up in a transparency log. */
export interface LogOptions {
  /** The log to use. Default: the public one. */
  rekorUrl?: string
  /** Looks up no entries. */
  offline?: boolean
}

/** The required signer: a key, or an identity with its issuer. */
export interface SignerOptions extends CallOptions {
  /** File of a public key. */
  key?: Path
  certificateIdentity?: string
  certificateIdentityRegexp?: string
  certificateOidcIssuer?: string
  certificateOidcIssuerRegexp?: string
  /** File of a trusted root. Default: the built-in one of the public-good instance. */
  trustedRoot?: Path
  /** Weaker: the signature need not be in a transparency log. */
  insecureIgnoreTlog?: boolean
  /** Weaker: the certificate need not be in a log. */
  insecureIgnoreSct?: boolean
  requireSignedTimestamps?: boolean
  threads?: number
  registry?: RegistryOptions
  /** Day or time at which the signature must be valid. Default: now. */
  at?: string
}

export interface ImageOptions extends SignerOptions, LogOptions {
  /** For an image in a registry: reads its layers, too. */
  checkContent?: boolean
}

/** Options for the signature of an image. */
export interface VerifyOptions extends ImageOptions {
  /** Claims that must be signed with the image. */
  annotations?: Record<string, string>
}

/** Requirements on a statement. */
export interface StatementOptions {
  /** As `slsaprovenance1` or a URI. Default for an image's attestation: `custom`. */
  predicateType?: string
  /** The builder that an SLSA provenance must name. */
  builder?: string
}

/** Options for the attestation of an image. */
export interface VerifyAttestationOptions extends ImageOptions, StatementOptions {}

/** Options for a bundle; a bundle that is not an attestation has no statement. */
export interface VerifyBundleOptions extends SignerOptions, StatementOptions {}

/** Evidence for a signature that is not in a bundle. */
export interface BlobOptions extends SignerOptions, LogOptions {
  /** The signer's certificate: PEM, or base64 of that, as text or bytes. */
  certificate?: string | Uint8Array
  /** An RFC 3161 timestamp over the signature, in DER. */
  timestamp?: Uint8Array
}

export interface Signature {
  signer:
    | { kind: 'key'; fingerprint: string }
    | { kind: 'certificate'; subject: string; issuer: string | null; extensions: Record<string, string> }
  /** The place of an attached signature. */
  origin?: { manifest: string | null; layer: string | null }
  /** The times of signing that a log or timestamp authority vouches for. */
  signedAt: { time: string; by: string }[]
  /** Checks that passed, in words. */
  checks: string[]
  /** Checks that were not done, in words. */
  notChecked: string[]
  predicateType: string | null
  /** The signed content, if it is JSON. */
  payload: unknown
}

export interface RejectedSignature {
  origin?: { manifest: string | null; layer: string | null }
  check: string
  reason: string
}

export interface VerifiedImage {
  /** The digest that is signed: run the image by it. */
  digest: string
  /** At least one signature. */
  signatures: Signature[]
  rejected: RejectedSignature[]
  /** What was read of the image; `null` if only its manifest was read. */
  content: unknown
}

/** Verifies the signer of an image, in its registry or in a layout with its signatures. */
export function verifyImage(image: string, options: VerifyOptions): Promise<VerifiedImage>
/** Verifies an attestation of an image. */
export function verifyAttestation(image: string, options: VerifyAttestationOptions): Promise<VerifiedImage>
/** Verifies a Sigstore bundle about a file (its path) or about bytes. */
export function verifyBundle(
  bundle: string | Uint8Array | object,
  artifact: Path | Uint8Array,
  options: VerifyBundleOptions,
): Promise<Signature>

/** Verifies a signature without a bundle, in base64 or as bytes, about a file (its path) or bytes. */
export function verifyBlob(
  signature: string | Uint8Array,
  artifact: Path | Uint8Array,
  options: BlobOptions,
): Promise<Signature>

/** The signer: a key, or an identity with the services that vouch for it. */
export interface SignOptions {
  /** File of a secret key, as cosign writes it or plain PEM. */
  key?: Path
  /** Password of the key. */
  password?: string
  identityToken?: string
  /** File with the services to use. Without it, a signature by a key has no log entry or timestamp. */
  signingConfig?: Path
  /** File of the trusted root that their answers are verified against. */
  trustedRoot?: Path
  registry?: RegistryOptions
}

export interface SignImageOptions extends SignOptions {
  /** Claims to sign with the image. */
  annotations?: Record<string, string>
}

export interface AttestOptions extends SignOptions {
  /** As `slsaprovenance1` or a URI. Default: `custom`. */
  predicateType?: string
}

export interface SignedImage {
  /** The digest that was signed: that of the tag at the time. */
  digest: string
  /** The manifest of the signature. */
  signature: string
  bundle: object
}

/** Signs an image in its registry. */
export function signImage(image: string, options: SignImageOptions): Promise<SignedImage>
/** Attaches a statement about an image to it. */
export function attest(image: string, predicate: string | Uint8Array | object, options: AttestOptions): Promise<SignedImage>
/** Signs bytes or text, and returns the bundle. */
export function signBlob(content: string | Uint8Array, options: SignOptions): Promise<object>
/** Makes a key pair; the secret key is encrypted by the password. */
export function generateKeyPair(password: string): Promise<{ privateKey: string; publicKey: string }>

/** The policy of a gate. By default CRITICAL fails and HIGH warns. */
export interface GateOptions extends LogOptions {
  /** A `sealift.toml`; the files that it names lie beside it. */
  policy?: Path
  /** Ignore files. */
  ignore?: Path[]
  /** VEX documents. */
  vex?: Path[]
  /** A severity needs the higher ones with it: `['HIGH', 'CRITICAL']`. */
  failOn?: Severity[]
  /** A warning for one severity is one for the higher ones, too. */
  warnOn?: Severity[]
  /** Only findings with a fix decide; a malicious package always does. */
  fixedOnly?: boolean
  allowIncomplete?: boolean
  /** Exceptions count only with a reason. */
  requireJustification?: boolean
  /** Fails an image that is older. */
  maxAgeDays?: number
  /** Day or time by which ages and expiries are judged, unless a call gives another. Default: now. */
  judgedAt?: string
  /**
   * Requires a signature: by this key, or by an identity with its issuer. Attestations that the policy requires stay
   * required.
   */
  key?: Path
  certificateIdentity?: string
  certificateIdentityRegexp?: string
  certificateOidcIssuer?: string
  certificateOidcIssuerRegexp?: string
  trustedRoot?: Path
  insecureIgnoreTlog?: boolean
}

/** Decides whether images may pass. */
export class Gate {
  constructor(options?: GateOptions)
  /** Scans an image, verifies what the policy requires, and decides. Options that filter findings are refused. */
  admit(image: string, options: AdmitOptions): Promise<Admission>
}

export class Admission {
  private constructor()
  readonly verdict: 'pass' | 'warn' | 'fail' | 'incomplete'
  /** Whether the image may pass, with warnings or without. */
  readonly ok: boolean
  readonly judgedOn: string
  readonly digests: string[]
  readonly reasons: { action: string; about: string; text: string }[]
  /** What the signatures proved. */
  readonly proofs: string[]
  /** Why the scan did not see everything. */
  readonly incomplete: string[]
  /** Findings that do not count, and why. */
  readonly suppressed: {
    id: string
    package: string
    status: string
    statement: string | null
    source: string
    expires: string | null
  }[]
  /** Messages for people: each file that was read, and what is weaker than it looks. */
  readonly messages: string[]
  /** The report, without suppressed findings. */
  readonly report: Report
  /** The verdict, then the reasons, as text for people. */
  toString(): string
}

/** The policies and rules for judging objects. */
export interface PolicyOptions {
  /**
   * Kyverno's policies, those of Kubernetes' own kind, Gatekeeper's and modules of Rego: files or folders, or texts
   * by their names.
   */
  policies?: Path[] | Record<string, string>
  /** Exceptions from the policies. */
  exceptions?: Path[] | Record<string, string>
  /** Files that stand in for a cluster: values, objects, users, as Kyverno's command reads them. */
  cluster?: Path[] | Record<string, string>
  /** A `sealift.toml`: the rules of its `[admission]` apply to every image. */
  imageRules?: Path
  /** File of the advisory database, for rules about severities. */
  database?: Path
  /** File of a trusted root. Default: the built-in one of the public-good instance. */
  trustedRoot?: Path
  /** Contacts no registry and no transparency log; rules that need one refuse. */
  offline?: boolean
  registry?: RegistryOptions
  /** The registry that credentials and `insecure` are for, since objects may name any registry. */
  registryHost?: string
  /** Day or time to judge by. Default: now. */
  judgedAt?: string
}

export interface ReviewOptions {
  /** The operation on the objects. Default: that of the files in place of a cluster, else `CREATE`. */
  operation?: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  /** How long to wait for images; what is unknown then is refused. Default: 300,000. */
  timeoutMs?: number
  /** Cancels the review, which then rejects with the code `CANCELLED`. */
  signal?: AbortSignal
}

/** Admission policies and image rules, loaded once for any number of reviews. */
export class AdmissionPolicies {
  private constructor()
  /** Loads the policies and rules; a part that is not supported or has nothing to judge by is an error. */
  static load(options: PolicyOptions): Promise<AdmissionPolicies>
  /** Messages for people about the policies, such as which parts are ignored. */
  readonly notes: string[]
  /** Judges an object or the objects in a YAML or JSON text, or answers an AdmissionReview. */
  review(objects: object | string | Uint8Array, options?: ReviewOptions): Promise<Review>
}

/** The result of a review by policies and image rules. */
export class Review {
  private constructor()
  /** Whether all objects are admitted. */
  readonly allowed: boolean
  readonly rows: ReviewRow[]
  /** The reasons for refusals. */
  readonly refusals: string[]
  readonly warnings: string[]
  /** The AdmissionReview that answers the request, with its patch; `null` if objects were judged. */
  readonly response: any
  /** Writes the result as a table, as a policy report in JSON (`wgpolicyk8s.io`), or as JUnit. */
  render(format: 'table' | 'json' | 'junit'): string
}

/** The result of one rule for one object. */
export interface ReviewRow {
  policy: string
  /** As `ClusterPolicy`; `ImageRules` for those in a `sealift.toml`. */
  policyKind: string
  rule: string
  outcome: 'pass' | 'fail' | 'warn' | 'error' | 'skip'
  /** What happens if the object violates the rule. */
  effect: 'deny' | 'warn' | 'audit'
  message: string
  apiVersion: string
  kind: string
  namespace: string
  name: string
}

export const version: string
