//! Who may have how many files open: a log that cannot open its file takes its directory out of service (D17), so
//! connections never get what logs may need.

use napi::Result;
use napi_derive::napi;

use super::errors::thrown;
use crate::base::limits::{OPEN_FILES_RESERVED, WAL_FILES_MAX};

/// How the files that the system lets this process open are shared out.
#[napi(object)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenFiles {
    /// All of them.
    pub limit: u32,
    /// What stays open of logs, however many connections there are; more where these leave some.
    pub logs: u32,
    /// Connections at one time.
    pub connections: u32,
}

impl OpenFiles {
    /// Of `limit` files, logs in `directories` get a quarter of what is not reserved, at most `logs_max`, for themselves.
    pub(super) fn share(limit: usize, directories: usize, logs_max: u32) -> Result<Self> {
        let reserved = OPEN_FILES_RESERVED + directories.saturating_mul(WAL_FILES_MAX);
        let needed = 2 * reserved;
        if limit < needed {
            return Err(thrown(format!(
                "the system lets this process open {limit} files, and a broker needs {needed} at least"
            )));
        }
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let shared = limit - reserved as u32;
        let logs = logs_max.min(shared / 4);
        Ok(Self { limit, logs, connections: shared - logs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_never_get_what_logs_may_need() {
        let OpenFiles { limit, logs, connections } = OpenFiles::share(20_000, 1, 32_768).unwrap();
        assert_eq!((limit, logs, connections), (20_000, 4932, 14_796));
        let OpenFiles { logs, connections, .. } = OpenFiles::share(1_048_576, 2, 32_768).unwrap();
        assert_eq!((logs, connections), (32_768, 1_048_576 - 288 - 32_768));
        assert!(OpenFiles::share(usize::MAX, 1, 10).is_ok());
    }

    #[test]
    fn too_few_files_are_refused() {
        let refused = |limit, directories| OpenFiles::share(limit, directories, 32_768).unwrap_err().reason;
        let text = "the system lets this process open 543 files, and a broker needs 544 at least";
        assert_eq!(refused(543, 1), text);
        assert!(refused(3000, 100).contains("needs 3712"));
        assert!(OpenFiles::share(544, 1, 32_768).is_ok());
    }
}
