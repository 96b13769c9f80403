import sealift from './index.js'

export const {
  Admission,
  Database,
  Gate,
  Report,
  SealiftError,
  attest,
  generateKeyPair,
  scanFs,
  scanImage,
  scanRootfs,
  scanSbom,
  signBlob,
  signImage,
  verifyAttestation,
  verifyBundle,
  verifyImage,
  version,
} = sealift
