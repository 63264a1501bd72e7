//! Processor time, as the system counts it: of this client, of the broker, of the whole machine.

use std::fs;

use anyhow::{Context, Result};

/// What /proc counts in.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor time so far, in seconds; all zero before the start of a measurement.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    pub(crate) client: f64,
    /// Of all threads of the broker, living and ended.
    pub(crate) broker: f64,
    /// Of all processors, whoever used them; what the host gave to others is not in it.
    pub(crate) machine: f64,
    /// What the host gave to others.
    pub(crate) stolen: f64,
}

impl Usage {
    /// Up to now. `broker` is its process, if anybody asks for it.
    pub(crate) fn now(broker: Option<u32>) -> Result<Self> {
        let (machine, stolen) = machine(&fs::read_to_string("/proc/stat")?)?;
        Ok(Self {
            client: of_process("self")?,
            broker: broker.map_or(Ok(0.0), |pid| of_process(&pid.to_string()))?,
            machine,
            stolen,
        })
    }

    /// What was used since `earlier`.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        Self {
            client: self.client - earlier.client,
            broker: self.broker - earlier.broker,
            machine: self.machine - earlier.machine,
            stolen: self.stolen - earlier.stolen,
        }
    }
}

fn of_process(process: &str) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))
        .with_context(|| format!("no process {process} to be measured"))?;
    // The name in brackets may hold anything; user and system time are the 12th and 13th fields behind it.
    let fields = stat.rsplit_once(')').context("/proc/PID/stat")?.1.split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(ticks as f64 / TICKS_PER_SECOND)
}

/// Busy and stolen time of all processors. The first line: user, nice, system, idle, iowait, irq, softirq, steal.
fn machine(stat: &str) -> Result<(f64, f64)> {
    let line = stat.lines().next().context("/proc/stat is empty")?;
    let ticks: Vec<f64> =
        line.split_whitespace().skip(1).take(8).map(str::parse).collect::<Result<_, _>>()?;
    let [user, nice, system, _, _, irq, softirq, steal] =
        <[f64; 8]>::try_from(ticks).ok().context("/proc/stat has too few fields")?;
    Ok(((user + nice + system + irq + softirq) / TICKS_PER_SECOND, steal / TICKS_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_not_busy_and_stolen_time_is_apart() {
        let stat = "cpu  100 200 300 4000 5000 10 20 70 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
        assert_eq!(machine(stat).unwrap(), (6.3, 0.7));
    }

    #[test]
    fn a_process_uses_no_more_than_the_machine() {
        let usage = Usage::now(Some(std::process::id())).unwrap();
        assert!(usage.client <= usage.machine, "{usage:?}");
    }
}
