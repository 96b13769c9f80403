/**
 * Scan container images: what is inside, what of it is vulnerable, and may it run; sign and verify them.
 *
 * Each call does its work on threads of its own: the event loop never waits. A call that fails rejects
 * with a {@link SealiftError}. No network is asked but the registries of images that are named.
 */

export type Severity = 'UNKNOWN' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL'

/** A file or folder: its path, or a `file:` URL. */
export type Path = string | URL

/** What kind of error it is. */
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
  /** The file, folder or image that it is about, or what a text is called. */
  readonly path?: string
  /** 1-based line in that file. */
  readonly line?: number
  /** Of `LIMIT_EXCEEDED`: the bound that was passed, as it is called in {@link Limits}. */
  readonly limit?: string
  /** Its value. */
  readonly max?: number
  /** HTTP status of a registry: 404 where it has no such image, 401 where it denies access. */
  readonly status?: number
  /** The check that failed, as `identity` or `content`; `image-present` where there is no image to verify, `attachments` where what is attached cannot be listed. */
  readonly check?: string
  /** The image that is not verified. */
  readonly digest?: string
  /** The digest that was named. */
  readonly expected?: string
  /** That of what was found. */
  readonly actual?: string
  /** Signatures that were found and do not count. */
  readonly rejected?: RejectedSignature[]
}

/** How far a call is; reports of bytes and files come at most every 50 ms. */
export type Progress =
  | { kind: 'layer-started'; layer: number; bytes: number }
  | { kind: 'layer-read'; layer: number; bytes: number }
  | { kind: 'layer-finished'; layer: number }
  | { kind: 'directory-started'; files: number }
  | { kind: 'files-read'; files: number }

/** What calls that take their time have in common. */
export interface CallOptions {
  /** Ends the call: it rejects with the code `CANCELLED`, and nothing of it counts. */
  signal?: AbortSignal
  /** Is told how far it is. What it throws ends the call, which rejects with it. */
  onProgress?: (progress: Progress) => void
}

/** How the image's own registry is asked: nothing is read from the environment. */
export interface RegistryOptions {
  username?: string
  password?: string
  token?: string
  /** What `docker login` wrote: a file with credentials. */
  authFile?: Path
  /** What everything is asked through, as `http://proxy.example:3128`. */
  proxy?: string
  /** What is asked directly: hosts, domains, networks, divided by commas. */
  noProxy?: string
  /** Certificate authorities that are trusted beside the system's: a file in PEM. */
  ca?: Path
  /** Weaker: without TLS, too, and any certificate. */
  insecure?: boolean
}

/** What a scan may cost, where that is not to be the default. */
export interface Limits {
  maxLayerBytes?: number
  /** What is kept in memory at once, over all threads. */
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
  /** What is matched against: a file or an open database; `null` lists packages and matches nothing. */
  database: Path | Database | null
  /** Name of the target in the report. */
  name?: string
  /** Which image of an index, as `linux/arm64`. */
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
  /** What is needed only to build or test is matched, too. */
  development?: boolean
  /** Records that are no security matter count, too, and those of other streams of an RPM module. */
  allRecords?: boolean
  /** What upper layers hide is listed and matched, too. */
  allLayers?: boolean
  /** The base image. */
  base?: string
  /** A file that lists known base images. */
  bases?: Path
  /** Day or time by which ages are judged. Default: now. */
  judgedAt?: string
  /** The report's time. Default: the image's own. */
  created?: string
  /** Where what layers yield is kept for the next scan. Default: nowhere. */
  cacheDir?: Path
  /** Which findings count: an exact list. Default: all. */
  severities?: Severity[]
  /** Leaves out what has no fix yet; never a malicious package. */
  ignoreUnfixed?: boolean
  /** Leaves out findings in packages of the base image. */
  excludeBase?: boolean
}

/** What may be said of a scan of which the gate says what decides. */
export type AdmitOptions = Omit<ScanOptions, 'severities' | 'ignoreUnfixed' | 'excludeBase'>

/** Kinds of configuration files. */
export type FileKind = 'dockerfile' | 'kubernetes' | 'helm' | 'compose' | 'terraform' | 'terraformplan'

/** Which configuration files are checked and how, and what does not count. */
export interface CheckOptions {
  /** Default: all. `helm` is never run: name what it printed of charts by `filePatterns`, as `helm:rendered[.]yaml`. */
  kinds?: FileKind[]
  /** Files that are of a kind whatever they are called: `KIND:EXPRESSION`, as `dockerfile:.*[.]docker`. */
  filePatterns?: string[]
  /** Files with values of Terraform variables, the last winning. */
  tfVars?: Path[]
  /** Checks in Rego and the libraries that they need: files or folders, or texts by their names. */
  checks?: Path[] | Record<string, string>
  /** Packages that hold such checks beside `builtin` and `user`. */
  checkNamespaces?: string[]
  /** Documents in JSON or YAML that such checks find below `data`: files or folders, or texts by their names. */
  checkData?: Path[] | Record<string, string>
  /** Checks that pass and failures that do not count are listed, too. */
  includeNonFailures?: boolean
  /** Lines of a manifest of several documents are counted as Trivy counts them, without `---`. */
  trivyLines?: boolean
  /** A `sealift.toml`: its exceptions do not count, nor what the files that it names take out. */
  policy?: Path
  /** Ignore files. */
  ignore?: Path[]
  /** Trivy's ignore policies, in Rego. */
  ignorePolicies?: Path[]
}

/** How a folder is scanned. */
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

/** What a check says of a configuration file. */
export interface Misconfiguration {
  /** The check, as `DS-0002`. */
  id: string
  severity: Severity
  title: string
  description: string
  resolution: string
  /** Others than `fail` are listed with `includeNonFailures`; a check that did not run is a diagnostic. */
  status: 'fail' | 'pass' | 'ignored'
  /** What says that it does not count. */
  ignoredBy: string | null
  /** What is wrong; `null` where nothing is. */
  message: string | null
  path: string
  kind: FileKind
  /** 1-based, both included; `null` where something is missing from the whole file. */
  lines: { start: number; end: number } | null
  /** As `aws_s3_bucket.logs`. */
  resource: string | null
}

export interface Finding {
  /** The CVE where there is one, else the id of a record. */
  id: string
  severity: Severity
  severitySource: string | null
  title: string
  description: string
  package: { name: string; version: string; purl: string; paths: string[]; fromBase: BaseEvidence | null } | null
  /** Versions that repair it, ascending. */
  fixedVersions: string[]
  recordIds: string[]
  aliases: string[]
  /** The highest of all sources. */
  cvssScore: number | null
  cvss: { source: string; vector: string | null; score: number }[]
  /** Probability that it is exploited in the next 30 days. */
  epss: number | null
  /** What CISA's catalogue of exploited vulnerabilities says. */
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
  /** Columns of a table. Default: 160. */
  width?: number
  /** Of the format `github`, which needs them: the commit, and the job that replaces its earlier snapshots. */
  github?: { sha: string; ref: string; correlator: string; jobId: string }
}

/** What was scanned. Its lists are made anew by each call: keep them. */
export class Report {
  private constructor()
  readonly name: string
  readonly kind: string
  readonly distribution: string | null
  /** Digest of the image's config. */
  readonly imageId: string | null
  /** Digest of the index, else of the manifest: what a signature is about. */
  readonly digest: string | null
  readonly manifestDigest: string | null
  /** Whether anything was matched: without a database nothing is known of vulnerabilities. */
  readonly matched: boolean
  readonly counts: Record<Severity, number>
  /** What `severities` left out. */
  readonly hiddenBySeverity: Record<Severity, number>
  /** Ecosystems that the database has advisories of, and those that it has none of. */
  readonly coverage: { with: string[]; without: string[] } | null
  /** Records of which it stays open whether a package is affected. */
  readonly undetermined: number
  /** What was asked for and not done. */
  readonly notes: string[]
  /** Whether anything was looked for, and all was seen that should be: false where nothing was matched or checked. */
  readonly complete: boolean
  findings(): Finding[]
  /** What checks say of configuration files, where they were asked. */
  misconfigurations(): Misconfiguration[]
  packages(): Package[]
  diagnostics(): Diagnostic[]
  /** Writes it in a format. */
  render(format: Format, options?: RenderOptions): Promise<string>
  /** All of it as data. */
  toJSON(): unknown
}

export interface KeptOptions {
  /** Where advisories are fetched: the URL of a mirror of OSV's exports, or a folder. Default: their public places. */
  mirror?: Path
  /** Nothing is fetched. */
  offline?: boolean
}

/** An advisory database, opened for any number of scans. */
export class Database {
  /** Opens a file. It is mapped, not read: that takes no time that grows with it. */
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
   * Opens the database that a folder keeps, with the advisories of these ecosystems (`Debian:12`, `npm`); fetched
   * or updated first when that is due.
   */
  static kept(folder: Path, ecosystems: string[], options?: KeptOptions): Promise<Database>
  /** Builds one of a folder of exports: `<Ecosystem>/all.zip` or records, `kev.json`, `epss*.csv`. */
  static build(from: Path, output: Path): Promise<{ records: number; diagnostics: string[] }>
}

/**
 * Scans an image: a name in a registry; what an engine has, as `docker-daemon:NAME`, `podman:NAME`,
 * `oci:DIR[:TAG|@DIGEST]`, `oci-archive:FILE`, `docker-archive:FILE`, or a path that starts with `/`,
 * `./` or `../`.
 */
export function scanImage(image: string, options: ScanOptions): Promise<Report>
/** Scans a source tree: what its lockfiles declare. */
export function scanFs(folder: Path, options: FolderOptions): Promise<Report>
/** Scans an unpacked root file system: what is installed. */
export function scanRootfs(folder: Path, options: FolderOptions): Promise<Report>
/** Checks the configuration files of a folder, or one file of it: Dockerfiles, manifests, compose files, Terraform. */
export function scanConfig(path: Path, options?: ConfigOptions): Promise<Report>
/** Scans what a CycloneDX or SPDX document lists. */
export function scanSbom(file: Path, options: ScanOptions): Promise<Report>

/** Whether a transparency log is asked for the entry of a signature beside which none lies. */
export interface LogOptions {
  /** Which. Default: the public one. */
  rekorUrl?: string
  /** None is. */
  offline?: boolean
}

/** Who must have signed: a key, or an identity with its issuer. */
export interface SignerOptions extends CallOptions {
  /** File of a public key. */
  key?: Path
  certificateIdentity?: string
  certificateIdentityRegexp?: string
  certificateOidcIssuer?: string
  certificateOidcIssuerRegexp?: string
  /** File of a trusted root. Default: that of the public-good instance that is built in. */
  trustedRoot?: Path
  /** Weaker: the signature need not be in a transparency log. */
  insecureIgnoreTlog?: boolean
  /** Weaker: the certificate need not be in a log. */
  insecureIgnoreSct?: boolean
  requireSignedTimestamps?: boolean
  threads?: number
  registry?: RegistryOptions
  /** Day or time at which it must hold. Default: now. */
  at?: string
}

export interface ImageOptions extends SignerOptions, LogOptions {
  /** Of an image in a registry: reads its layers, too. */
  checkContent?: boolean
}

/** What may be asked of an image's signature. */
export interface VerifyOptions extends ImageOptions {
  /** Claims that must be signed with the image. */
  annotations?: Record<string, string>
}

/** What a statement must say. */
export interface StatementOptions {
  /** As `slsaprovenance1` or a URI. Default of an image's attestation: `custom`. */
  predicateType?: string
  /** The builder that a SLSA provenance must name. */
  builder?: string
}

/** What may be asked of an image's attestation. */
export interface VerifyAttestationOptions extends ImageOptions, StatementOptions {}

/** What may be asked of a bundle; one that is no attestation makes no statement. */
export interface VerifyBundleOptions extends SignerOptions, StatementOptions {}

/** What lies beside a file and speaks for its signature. */
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
  /** Where an attached signature lies. */
  origin?: { manifest: string | null; layer: string | null }
  /** When, as far as somebody vouches for it. */
  signedAt: { time: string; by: string }[]
  /** Checks that passed, in words. */
  checks: string[]
  /** Checks that were not done, in words. */
  notChecked: string[]
  predicateType: string | null
  /** What was signed, where it is JSON. */
  payload: unknown
}

export interface RejectedSignature {
  origin?: { manifest: string | null; layer: string | null }
  check: string
  reason: string
}

export interface VerifiedImage {
  /** What is signed: run the image by this digest. */
  digest: string
  /** At least one. */
  signatures: Signature[]
  rejected: RejectedSignature[]
  /** What was read of the image; `null` where only its manifest was. */
  content: unknown
}

/** Verifies who signed an image, in its registry or where it lies with its signatures. */
export function verifyImage(image: string, options: VerifyOptions): Promise<VerifiedImage>
/** Verifies an attestation of an image. */
export function verifyAttestation(image: string, options: VerifyAttestationOptions): Promise<VerifiedImage>
/** Verifies a Sigstore bundle about a file (its path) or about bytes. */
export function verifyBundle(
  bundle: string | Uint8Array | object,
  artifact: Path | Uint8Array,
  options: VerifyBundleOptions,
): Promise<Signature>

/** Verifies a signature that stands alone, in base64 or as bytes, about a file (its path) or bytes. */
export function verifyBlob(
  signature: string | Uint8Array,
  artifact: Path | Uint8Array,
  options: BlobOptions,
): Promise<Signature>

/** Who signs: a key, or an identity with the services that vouch for it. */
export interface SignOptions {
  /** File of a secret key, as cosign writes it or plain PEM. */
  key?: Path
  /** Password of the key. */
  password?: string
  identityToken?: string
  /** File with the services that vouch. Without it a signature by a key stands for itself. */
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
  /** What was signed: the digest that its tag had. */
  digest: string
  /** The manifest of the signature. */
  signature: string
  bundle: object
}

/** Signs an image in its registry. */
export function signImage(image: string, options: SignImageOptions): Promise<SignedImage>
/** Attaches a statement about an image to it. */
export function attest(image: string, predicate: string | Uint8Array | object, options: AttestOptions): Promise<SignedImage>
/** Signs bytes or text, and gives the bundle. */
export function signBlob(content: string | Uint8Array, options: SignOptions): Promise<object>
/** Makes a key pair; the secret key is encrypted by the password. */
export function generateKeyPair(password: string): Promise<{ privateKey: string; publicKey: string }>

/** What decides; without any of it: CRITICAL fails, HIGH warns. */
export interface GateOptions extends LogOptions {
  /** A `sealift.toml`; the files that it names lie beside it. */
  policy?: Path
  /** Ignore files. */
  ignore?: Path[]
  /** VEX documents. */
  vex?: Path[]
  /** With a severity the graver ones: `['HIGH', 'CRITICAL']`. */
  failOn?: Severity[]
  /** A warning of one severity is one of graver ones. */
  warnOn?: Severity[]
  /** Only findings with a fix decide; a malicious package always does. */
  fixedOnly?: boolean
  allowIncomplete?: boolean
  /** An exception counts only with its reason. */
  requireJustification?: boolean
  /** Fails an image that was made longer ago. */
  maxAgeDays?: number
  /** Day or time by which ages and expiries are judged, unless a call says another. Default: now. */
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
  /** Scans an image, verifies what is required of it, and decides. What filters findings is refused. */
  admit(image: string, options: AdmitOptions): Promise<Admission>
}

export class Admission {
  private constructor()
  readonly verdict: 'pass' | 'warn' | 'fail' | 'incomplete'
  /** Whether it may pass, perhaps with warnings. */
  readonly ok: boolean
  readonly judgedOn: string
  readonly digests: string[]
  readonly reasons: { action: string; about: string; text: string }[]
  /** What was proved of signatures. */
  readonly proofs: string[]
  /** Why not everything was seen. */
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
  /** The report, without what does not count. */
  readonly report: Report
  /** For people: the verdict first, then the reasons. */
  toString(): string
}

/** What objects are judged by. */
export interface PolicyOptions {
  /**
   * Kyverno's policies, those of Kubernetes' own kind, Gatekeeper's and modules of Rego: files or folders, or texts
   * by their names.
   */
  policies?: Path[] | Record<string, string>
  /** Exceptions from them. */
  exceptions?: Path[] | Record<string, string>
  /** What stands in for a cluster: values, objects, users, as Kyverno's command reads them. */
  cluster?: Path[] | Record<string, string>
  /** A `sealift.toml`: the rules of its `[admission]` apply to every image. */
  imageRules?: Path
  /** File of the advisory database, where rules ask for severities. */
  database?: Path
  /** File of a trusted root. Default: that of the public-good instance that is built in. */
  trustedRoot?: Path
  /** No registry and no transparency log is asked: what depends on one is refused. */
  offline?: boolean
  registry?: RegistryOptions
  /** The registry for which credentials and `insecure` are meant: objects name any. */
  registryHost?: string
  /** Day or time by which is judged. Default: now. */
  judgedAt?: string
}

export interface ReviewOptions {
  /** What is asked for the objects. Default: what stands in for a cluster says, else `CREATE`. */
  operation?: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  /** How long images are waited for; what is not known then is refused. Default: 300,000. */
  timeoutMs?: number
  /** Ends the review: it rejects with the code `CANCELLED`. */
  signal?: AbortSignal
}

/** Admission policies and image rules, loaded once for any number of reviews. */
export class AdmissionPolicies {
  private constructor()
  /** Loads all of it; a part that is not supported or has nothing to judge by is an error. */
  static load(options: PolicyOptions): Promise<AdmissionPolicies>
  /** What people should know of the policies, as what of them is left out. */
  readonly notes: string[]
  /** Judges an object, or the objects of a text in YAML or JSON; or answers an AdmissionReview. */
  review(objects: object | string | Uint8Array, options?: ReviewOptions): Promise<Review>
}

/** What policies and image rules say of objects. */
export class Review {
  private constructor()
  /** Whether all of it is admitted. */
  readonly allowed: boolean
  readonly rows: ReviewRow[]
  /** Why something is refused. */
  readonly refusals: string[]
  readonly warnings: string[]
  /** The AdmissionReview that answers the one that asked, its patch included; `null` where objects were judged. */
  readonly response: any
  /** As a table, as a policy report in JSON (`wgpolicyk8s.io`), or as JUnit. */
  render(format: 'table' | 'json' | 'junit'): string
}

/** What one rule says of one object. */
export interface ReviewRow {
  policy: string
  /** As `ClusterPolicy`; `ImageRules` of those in a `sealift.toml`. */
  policyKind: string
  rule: string
  outcome: 'pass' | 'fail' | 'warn' | 'error' | 'skip'
  /** What follows when it does not hold. */
  effect: 'deny' | 'warn' | 'audit'
  message: string
  apiVersion: string
  kind: string
  namespace: string
  name: string
}

export const version: string
