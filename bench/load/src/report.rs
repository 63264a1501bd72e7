//! What was measured, as JSON: times in microseconds, sizes in bytes.

use std::collections::BTreeMap;

use anyhow::Result;
use hdrhistogram::Histogram;
use serde::Serialize;

use crate::usage::Usage;

/// Latencies from a microsecond to ten minutes, to three digits.
const HIGHEST_US: u64 = 600_000_000;
const DIGITS: u8 = 3;
const NS_PER_US: u64 = 1000;
/// Percentiles of the curve.
const CURVE: [f64; 16] =
    [1.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 97.5, 99.0, 99.5, 99.75, 99.9, 99.95, 99.99, 99.999, 100.0];

/// Everything of one run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    /// How long it was measured.
    pub(crate) seconds: f64,
    /// Answers without an error while it was measured.
    pub(crate) requests: u64,
    pub(crate) records: u64,
    /// Payload: batches as they lie in the log.
    pub(crate) bytes: u64,
    pub(crate) requests_per_second: f64,
    pub(crate) records_per_second: f64,
    pub(crate) megabytes_per_second: f64,
    /// Answers with an error, by Kafka's code, over the whole run.
    pub(crate) errors: BTreeMap<i16, u64>,
    /// Records that were acknowledged over the whole run, warm-up included: as many must be readable.
    pub(crate) acknowledged: u64,
    pub(crate) latency: Latency,
    /// A point for each second of the measurement.
    pub(crate) course: Vec<Point>,
    /// Processor time while it was measured: of this client, of the broker if it was named, of the whole machine, and what
    /// its host gave to others.
    pub(crate) client_cpu_seconds: f64,
    pub(crate) broker_cpu_seconds: f64,
    pub(crate) machine_cpu_seconds: f64,
    pub(crate) stolen_cpu_seconds: f64,
}

/// Percentiles in microseconds.
#[derive(Serialize)]
pub(crate) struct Latency {
    pub(crate) count: u64,
    pub(crate) mean: f64,
    pub(crate) p50: u64,
    pub(crate) p90: u64,
    pub(crate) p99: u64,
    pub(crate) p999: u64,
    pub(crate) p9999: u64,
    pub(crate) max: u64,
    /// Percentile and microseconds.
    pub(crate) curve: Vec<(f64, u64)>,
}

/// One second.
#[derive(Serialize, Clone)]
pub(crate) struct Point {
    pub(crate) requests: u64,
    pub(crate) bytes: u64,
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    pub(crate) max: u64,
}

/// Counts between two times; what is answered outside of them is acknowledged and not measured.
pub(crate) struct Recorder {
    from: u64,
    to: u64,
    requests: u64,
    records: u64,
    bytes: u64,
    errors: BTreeMap<i16, u64>,
    acknowledged: u64,
    latencies: Histogram<u64>,
    seconds: Vec<(u64, u64, Histogram<u64>)>,
}

impl Recorder {
    /// Times are nanoseconds of the run.
    pub(crate) fn new(from: u64, to: u64) -> Result<Self> {
        let histogram = Histogram::new_with_max(HIGHEST_US, DIGITS)?;
        let seconds = (to - from).div_ceil(1_000_000_000) as usize;
        // Each second has few latencies beside the whole: two digits are enough, and little memory.
        let second = (0, 0, Histogram::new_with_max(HIGHEST_US, 2)?);
        Ok(Self {
            from,
            to,
            requests: 0,
            records: 0,
            bytes: 0,
            errors: BTreeMap::new(),
            acknowledged: 0,
            latencies: histogram,
            seconds: vec![second; seconds],
        })
    }

    /// An answer that came at `now`.
    pub(crate) fn answered(&mut self, now: u64, records: u64, bytes: u64) {
        self.acknowledged += records;
        let Some(second) = self.second(now) else { return };
        second.0 += 1;
        second.1 += bytes;
        self.requests += 1;
        self.records += records;
        self.bytes += bytes;
    }

    /// What was due at `intended` was there at `now`.
    pub(crate) fn took(&mut self, intended: u64, now: u64) {
        if now < self.from || intended >= self.to {
            return;
        }
        let us = (now.saturating_sub(intended) / NS_PER_US).clamp(1, HIGHEST_US);
        self.latencies.saturating_record(us);
        if let Some(second) = self.second(now) {
            second.2.saturating_record(us);
        }
    }

    /// An answer with an error.
    pub(crate) fn failed(&mut self, code: i16) {
        *self.errors.entry(code).or_default() += 1;
    }

    fn second(&mut self, now: u64) -> Option<&mut (u64, u64, Histogram<u64>)> {
        let since = now.checked_sub(self.from).filter(|_| now < self.to)?;
        self.seconds.get_mut((since / 1_000_000_000) as usize)
    }

    /// Takes over what another thread counted.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<()> {
        self.requests += other.requests;
        self.records += other.records;
        self.bytes += other.bytes;
        self.acknowledged += other.acknowledged;
        for (code, count) in &other.errors {
            *self.errors.entry(*code).or_default() += count;
        }
        self.latencies.add(&other.latencies)?;
        for (own, others) in self.seconds.iter_mut().zip(&other.seconds) {
            own.0 += others.0;
            own.1 += others.1;
            own.2.add(&others.2)?;
        }
        Ok(())
    }

    /// The end of it.
    pub(crate) fn report(self, usage: &Usage) -> Report {
        let seconds = (self.to - self.from) as f64 / 1e9;
        let latencies = &self.latencies;
        Report {
            seconds,
            requests: self.requests,
            records: self.records,
            bytes: self.bytes,
            requests_per_second: self.requests as f64 / seconds,
            records_per_second: self.records as f64 / seconds,
            megabytes_per_second: self.bytes as f64 / seconds / 1e6,
            errors: self.errors,
            acknowledged: self.acknowledged,
            latency: Latency {
                count: latencies.len(),
                mean: latencies.mean(),
                p50: latencies.value_at_quantile(0.5),
                p90: latencies.value_at_quantile(0.9),
                p99: latencies.value_at_quantile(0.99),
                p999: latencies.value_at_quantile(0.999),
                p9999: latencies.value_at_quantile(0.9999),
                max: latencies.max(),
                curve: CURVE.map(|at| (at, latencies.value_at_percentile(at))).to_vec(),
            },
            course: self
                .seconds
                .iter()
                .map(|(requests, bytes, latencies)| Point {
                    requests: *requests,
                    bytes: *bytes,
                    p50: latencies.value_at_quantile(0.5),
                    p99: latencies.value_at_quantile(0.99),
                    max: latencies.max(),
                })
                .collect(),
            client_cpu_seconds: usage.client,
            broker_cpu_seconds: usage.broker,
            machine_cpu_seconds: usage.machine,
            stolen_cpu_seconds: usage.stolen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn what_comes_before_and_after_is_acknowledged_and_not_measured() {
        let mut recorder = Recorder::new(SECOND, 3 * SECOND).unwrap();
        for now in [SECOND - 1, SECOND, 2 * SECOND, 3 * SECOND] {
            recorder.answered(now, 10, 1000);
        }
        let report = recorder.report(&Usage::default());
        assert_eq!((report.requests, report.records, report.acknowledged), (2, 20, 40));
        assert_eq!(report.course.iter().map(|point| point.requests).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn waiting_to_be_sent_counts() {
        let mut recorder = Recorder::new(0, 10 * SECOND).unwrap();
        recorder.took(SECOND, 3 * SECOND);
        let latency = recorder.report(&Usage::default()).latency;
        assert!((1_999_000..=2_001_000).contains(&latency.p50), "{}", latency.p50);
    }

    #[test]
    fn threads_add_up() {
        let [mut one, mut other] = [0, 0].map(|from| Recorder::new(from, SECOND).unwrap());
        one.answered(1, 1, 1);
        other.answered(2, 2, 2);
        other.failed(6);
        one.merge(&other).unwrap();
        let report = one.report(&Usage::default());
        assert_eq!((report.requests, report.acknowledged, report.errors.get(&6)), (2, 3, Some(&1)));
    }
}
