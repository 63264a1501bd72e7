//! Who may connect: how many at one time, in all and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

/// Limits of connections at one time. Those that are open when a limit falls stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// `max.connections`.
    pub max: usize,
    /// `max.connections.per.ip`.
    pub per_address_max: usize,
    /// `max.connections.per.ip.overrides`.
    pub by_address: HashMap<IpAddr, usize>,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { max: i32::MAX as usize, per_address_max: i32::MAX as usize, by_address: HashMap::new() }
    }
}

pub(crate) struct Admission {
    open: AtomicUsize,
    door: Mutex<Door>,
}

struct Door {
    limits: ConnectionLimits,
    open_by_address: HashMap<IpAddr, usize>,
}

impl Admission {
    pub(crate) fn new(limits: ConnectionLimits) -> Self {
        Self { open: AtomicUsize::new(0), door: Mutex::new(Door { limits, open_by_address: HashMap::new() }) }
    }

    pub(crate) fn limit(&self, limits: ConnectionLimits) {
        self.door.lock().limits = limits;
    }

    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Counts a new connection, unless there are too many already.
    pub(crate) fn admit(&self, address: IpAddr) -> bool {
        // A listener for both families shows IPv4 addresses in the clothes of IPv6.
        let address = address.to_canonical();
        let Door { limits, open_by_address } = &mut *self.door.lock();
        let from_here = open_by_address.get(&address).copied().unwrap_or(0);
        let most = limits.by_address.get(&address).copied().unwrap_or(limits.per_address_max);
        let admitted = self.open() < limits.max && from_here < most;
        if admitted {
            self.open.fetch_add(1, Ordering::Relaxed);
            open_by_address.insert(address, from_here + 1);
        }
        admitted
    }

    /// An admitted connection is gone.
    pub(crate) fn release(&self, address: IpAddr) {
        let address = address.to_canonical();
        self.open.fetch_sub(1, Ordering::Relaxed);
        let open_by_address = &mut self.door.lock().open_by_address;
        match open_by_address.get_mut(&address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(open_by_address.remove(&address)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_has_its_own_limit_whatever_its_clothes() {
        let limits = ConnectionLimits {
            per_address_max: 1,
            by_address: HashMap::from([(address("10.0.0.1"), 2)]),
            ..ConnectionLimits::default()
        };
        let admission = Admission::new(limits);
        let (named, mapped, other) = (address("10.0.0.1"), address("::ffff:10.0.0.1"), address("10.0.0.2"));
        assert!(admission.admit(named) && admission.admit(mapped) && !admission.admit(named));
        assert!(admission.admit(other) && !admission.admit(other));
        admission.release(mapped);
        assert!(admission.admit(named));
        assert_eq!(admission.open(), 3);
    }

    #[test]
    fn a_limit_that_falls_closes_nobody_and_lets_nobody_in() {
        let admission = Admission::new(ConnectionLimits::default());
        let from = address("10.0.0.1");
        assert!(admission.admit(from) && admission.admit(from));
        admission.limit(ConnectionLimits { max: 1, ..ConnectionLimits::default() });
        assert!(!admission.admit(from));
        assert_eq!(admission.open(), 2);
        admission.release(from);
        admission.release(from);
        assert!(admission.admit(from));
    }
}
