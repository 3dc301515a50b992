export { lineFacts } from '../transcript/line.ts';
export {
  emptyTranscriptFold,
  foldEntry,
  sessionOfTranscript,
  type TranscriptFold,
  transcriptFacts,
} from '../transcript/session.ts';
