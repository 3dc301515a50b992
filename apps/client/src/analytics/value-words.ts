export { doubtsOf, measureWords, toldMeasures, valueWords } from '@telltale/core/analysis';
