// The codecs of kafkajs by Kafka's names: two of them are packages of their own, and there is none for zstd.
import kafkajs from 'kafkajs';
import LZ4Codec from 'kafkajs-lz4';
import SnappyCodec from 'kafkajs-snappy';

const { CompressionCodecs, CompressionTypes } = kafkajs;
CompressionCodecs[CompressionTypes.Snappy] = SnappyCodec;
CompressionCodecs[CompressionTypes.LZ4] = new LZ4Codec().codec;
export const codecTypes = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
};
