export {
  bellOf, createBells, shareBell, type Bell, type Bells, type BellOptions, type Rest, type Woken,
} from './doorbell.ts'
export { createInbox, type Inbox } from './inbox.ts'
export {
  announcerOf, createInterests, listen, type Announcer, type AnnouncerOptions, type Interests,
} from './interest.ts'
export { createLatest, LATEST_VALUES, openLatest, type Latest, type LatestHandle } from './latest.ts'
export { oneLine, type RecordShape } from './layout.ts'
export {
  createEdge, edgeReceiver, edgeSender, type EdgeEnd, type Receiver, type Sender, type SendResult,
} from './port.ts'
export {
  createRing, inspectRing, ringReader, ringWriter,
  type RecordHandler, type RingHandle, type RingOptions, type RingReader, type RingView, type RingWriter,
} from './ring.ts'
export {
  advance, createWatermarks, lowest, lowestOf, momentAfter, read as readWatermark, reset as resetWatermark,
  type Awaited, type Watermarks,
} from './watermark.ts'
