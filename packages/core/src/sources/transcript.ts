export * from '../transcript/blocks.ts';
export * from '../transcript/line.ts';
export * from '../transcript/said.ts';
export * from '../transcript/session.ts';
