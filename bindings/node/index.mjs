import sealift from './index.js'

export const {
  Admission,
  Database,
  Gate,
  Report,
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
  version,
} = sealift
