//! The real file system, through rustix.

use std::cell::RefCell;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{self, Advice, AtFlags, FlockOperation, Mode, OFlags, StatxFlags};
use rustix::io::{Errno, ReadWriteFlags};

use super::sectors::{ALIGNMENT, Block, SECTOR_BYTES, put};
use super::{Disk, Entry, OpenMode, PAGE_BYTES, RawFile, Space};
use crate::base::limits::DIRECT_WRITE_BYTES;
use crate::base::types::Position;

/// Buffers that one vectored write takes (`IOV_MAX` on Linux).
const VECTORED_BUFFERS_MAX: usize = 1024;
/// `RWF_DONTCACHE`, since Linux 6.14: what is written leaves the page cache once it is on the disk.
const DROPPED: ReadWriteFlags = ReadWriteFlags::from_bits_retain(0x80);
thread_local! {
    /// What a thread writes past the page cache is copied here: few threads do.
    static DIRECT_BLOCK: RefCell<Option<Block>> = const { RefCell::new(None) };
}
/// Files are the broker's own: nobody else reads or writes them.
const FILE_MODE: Mode = Mode::from_bits_retain(0o644);

/// The file system of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDisk;

#[derive(Debug)]
struct SystemFile {
    descriptor: OwnedFd,
    /// Its file system cannot tell what is in memory.
    cannot_tell: AtomicBool,
    /// The system was told to read what it is asked for, and no more.
    reads_exactly: AtomicBool,
    /// Its file system keeps what is written in memory whatever it is told.
    keeps_all: AtomicBool,
    /// Written past the page cache.
    is_direct: AtomicBool,
}

impl SystemFile {
    fn new(descriptor: OwnedFd) -> Self {
        let [cannot_tell, reads_exactly, keeps_all, is_direct] = [const { AtomicBool::new(false) }; 4];
        Self { descriptor, cannot_tell, reads_exactly, keeps_all, is_direct }
    }

    /// Written past the page cache from now on, where the system has that.
    fn go_direct(&self) {
        let done =
            takes_sectors(&self.descriptor) && fs::fcntl_setfl(&self.descriptor, OFlags::DIRECT).is_ok();
        self.is_direct.store(done, Ordering::Relaxed);
    }

    /// A write that is refused for where it lies goes through the page cache, as those behind it: one that goes on where
    /// another ended within a sector.
    fn write(&self, mut call: impl FnMut() -> Result<usize, Errno>) -> io::Result<usize> {
        match retry(&mut call) {
            Err(error)
                if error.kind() == io::ErrorKind::InvalidInput
                    && self.is_direct.swap(false, Ordering::Relaxed) =>
            {
                retry(|| fs::fcntl_setfl(&self.descriptor, OFlags::empty()))?;
                retry(call)
            }
            other => other,
        }
    }

    /// The same file, opened to be read or written past the page cache: who reads this one reads any byte into any
    /// memory.
    fn opened_direct(&self, way: OFlags) -> Option<OwnedFd> {
        let path = format!("/proc/self/fd/{}", self.descriptor.as_raw_fd());
        open(Path::new(&path), way | OFlags::DIRECT).ok().filter(takes_sectors)
    }

    /// What the system reads ahead, up to two times the disk's `read_ahead_kb`, is in front of the next sync, and is
    /// begun by whoever finds that something is not in memory (D34).
    fn read_exactly(&self) {
        if !self.reads_exactly.load(Ordering::Relaxed) {
            // Without the advice reads are as right.
            let _ = fs::fadvise(&self.descriptor, 0, None, fs::Advice::Random);
            self.reads_exactly.store(true, Ordering::Relaxed);
        }
    }
}

/// Repeats a call that a signal interrupted.
fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            other => return other.map_err(io::Error::from),
        }
    }
}

impl RawFile for SystemFile {
    fn read_at(&self, into: &mut [u8], at: Position) -> io::Result<usize> {
        retry(|| rustix::io::pread(&self.descriptor, &mut *into, at.0))
    }

    fn read_resident_at(&self, into: &mut [u8], at: Position) -> io::Result<usize> {
        if self.cannot_tell.load(Ordering::Relaxed) {
            return self.read_at(into, at);
        }
        self.read_exactly();
        let mut buffers = [io::IoSliceMut::new(into)];
        match rustix::io::preadv2(&self.descriptor, &mut buffers, at.0, ReadWriteFlags::NOWAIT) {
            // `tmpfs`, which has everything in memory, some network file systems, kernels before 4.14.
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => {
                self.cannot_tell.store(true, Ordering::Relaxed);
                self.read_at(into, at)
            }
            Err(Errno::INTR) => Err(io::ErrorKind::WouldBlock.into()),
            other => other.map_err(io::Error::from),
        }
    }

    fn read_exactly_at(&self, into: &mut [u8], at: Position) -> io::Result<usize> {
        self.read_exactly();
        self.read_at(into, at)
    }

    fn read_direct_at(&self, into: &mut [u8], at: Position) -> io::Result<Option<usize>> {
        let Some(direct) = self.opened_direct(OFlags::RDONLY) else { return Ok(None) };
        retry(|| rustix::io::pread(&direct, &mut *into, at.0)).map(Some)
    }

    fn write_vectored_at(&self, buffers: &[io::IoSlice<'_>], at: Position) -> io::Result<usize> {
        let some = buffers.get(..VECTORED_BUFFERS_MAX).unwrap_or(buffers);
        self.write(|| rustix::io::pwritev(&self.descriptor, some, at.0))
    }

    fn write_dropped_at(&self, buffers: &[io::IoSlice<'_>], at: Position) -> io::Result<usize> {
        if !self.keeps_all.load(Ordering::Relaxed) {
            let some = buffers.get(..VECTORED_BUFFERS_MAX).unwrap_or(buffers);
            loop {
                match rustix::io::pwritev2(&self.descriptor, some, at.0, DROPPED) {
                    Err(Errno::INTR) => {}
                    // Older kernels, file systems that were not taught it.
                    Err(Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS) => break,
                    other => return other.map_err(io::Error::from),
                }
            }
            self.keeps_all.store(true, Ordering::Relaxed);
        }
        self.write_vectored_at(buffers, at)
    }

    fn write_direct_at(&self, buffers: &[io::IoSlice<'_>], at: Position) -> io::Result<usize> {
        let written = DIRECT_BLOCK.with_borrow_mut(|block| {
            let is_at_page = at.0.is_multiple_of(PAGE_BYTES as u64);
            let direct = is_at_page.then(|| self.opened_direct(OFlags::WRONLY)).flatten()?;
            let block = block.get_or_insert_with(|| Block::new(DIRECT_WRITE_BYTES)).bytes();
            let filled = buffers
                .iter()
                .fold(0, |filled, buffer| filled + put(buffer, block.get_mut(filled..).unwrap_or_default()));
            let whole = block.get(..filled - filled % PAGE_BYTES).filter(|whole| !whole.is_empty())?;
            Some(retry(|| rustix::io::pwrite(&direct, whole, at.0)))
        });
        written.unwrap_or_else(|| self.write_dropped_at(buffers, at))
    }

    fn begin_writing(&self, from: Position, to: Position) {
        let (Ok(at), Ok(len)) = (i64::try_from(from.0), i64::try_from(to.0.saturating_sub(from.0))) else {
            return;
        };
        if len > 0 {
            let descriptor = self.descriptor.as_raw_fd();
            // SAFETY: the descriptor is open, and no memory is involved. Whether it was done the next sync says.
            unsafe { libc::sync_file_range(descriptor, at, len, libc::SYNC_FILE_RANGE_WRITE) };
        }
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        retry(|| fs::ftruncate(&self.descriptor, bytes))
    }

    fn size(&self) -> io::Result<u64> {
        retry(|| fs::fstat(&self.descriptor)).map(|stat| stat.st_size as u64)
    }

    fn sync(&self) -> io::Result<()> {
        retry(|| fs::fdatasync(&self.descriptor))
    }

    fn sync_all(&self) -> io::Result<()> {
        retry(|| fs::syncfs(&self.descriptor))
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.descriptor.as_fd())
    }
}

fn open(path: &Path, flags: OFlags) -> io::Result<OwnedFd> {
    retry(|| fs::open(path, flags | OFlags::CLOEXEC, FILE_MODE))
}

/// Whether writes past the page cache may begin and end where those of a [`SectorWriter`] do; kernels before 6.1 do not
/// say.
///
/// [`SectorWriter`]: super::SectorWriter
fn takes_sectors(file: &OwnedFd) -> bool {
    let told = StatxFlags::DIOALIGN;
    fs::statx(file, c"", AtFlags::EMPTY_PATH, told).is_ok_and(|stat| {
        let fits = |alignment: u32, ours: usize| alignment > 0 && ours.is_multiple_of(alignment as usize);
        stat.stx_mask & told.bits() != 0
            && fits(stat.stx_dio_offset_align, SECTOR_BYTES)
            && fits(stat.stx_dio_mem_align, ALIGNMENT)
    })
}

impl Disk for SystemDisk {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn RawFile>> {
        let flags = match mode {
            OpenMode::Read => OFlags::RDONLY,
            OpenMode::Write | OpenMode::Sectors => OFlags::RDWR,
            OpenMode::Create => OFlags::RDWR | OFlags::CREATE,
        };
        let file = SystemFile::new(open(path, flags)?);
        if mode == OpenMode::Sectors {
            file.go_direct();
        }
        Ok(Box::new(file))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        std::fs::create_dir_all(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            // A name that is not UTF-8 is none of Kafka's or ours.
            if let Ok(name) = entry.file_name().into_string() {
                entries.push(Entry { name, directory: entry.file_type()?.is_dir() });
            }
        }
        Ok(entries)
    }

    fn file_len(&self, path: &Path) -> io::Result<Option<u64>> {
        match retry(|| fs::stat(path)) {
            Ok(stat) => Ok(Some(stat.st_size as u64)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        retry(|| fs::rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        retry(|| fs::unlink(path))
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        retry(|| fs::rmdir(path))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let directory = open(path, OFlags::RDONLY | OFlags::DIRECTORY)?;
        retry(|| fs::fsync(&directory))
    }

    fn forget(&self, path: &Path) -> io::Result<()> {
        let file = open(path, OFlags::RDONLY)?;
        retry(|| fs::fadvise(&file, 0, None, Advice::DontNeed))
    }

    fn spread(&self, path: &Path) {
        // What `chattr +T` does. For ext4 without a journal, which passes over all files that were removed from a block group
        // in the last minutes when it makes one there (D69). Others refuse it.
        if let Ok(directory) = open(path, OFlags::RDONLY | OFlags::DIRECTORY)
            && let Ok(flags) = fs::ioctl_getflags(&directory)
            && !flags.contains(fs::IFlags::TOPDIR)
        {
            let _ = fs::ioctl_setflags(&directory, flags | fs::IFlags::TOPDIR);
        }
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn RawFile>>> {
        let file = open(path, OFlags::RDWR | OFlags::CREATE)?;
        let exclusive = FlockOperation::NonBlockingLockExclusive;
        // The first keeps two of ours apart, in one process too. The second is the one that Java takes: Apache Kafka.
        match fs::flock(&file, exclusive).and_then(|()| fs::fcntl_lock(&file, exclusive)) {
            Ok(()) => Ok(Some(Box::new(SystemFile::new(file)))),
            Err(Errno::WOULDBLOCK | Errno::ACCESS) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn space(&self, path: &Path) -> io::Result<Space> {
        let stat = retry(|| fs::statvfs(path))?;
        Ok(Space {
            total_bytes: stat.f_blocks.saturating_mul(stat.f_frsize),
            usable_bytes: stat.f_bavail.saturating_mul(stat.f_frsize),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{read_small, remove_tree, replace_small};

    #[test]
    fn a_file_reads_back_what_was_written_at_a_position() {
        let directory = tempfile::tempdir().unwrap();
        let raw = SystemDisk.open(&directory.path().join("a"), OpenMode::Create).unwrap();
        let parts = [io::IoSlice::new(b"ab"), io::IoSlice::new(b"cd")];
        assert_eq!(raw.write_vectored_at(&parts, Position(3)).unwrap(), 4);
        let mut bytes = [9; 8];
        assert_eq!(raw.read_at(&mut bytes, Position(0)).unwrap(), 7);
        assert_eq!(&bytes, b"\0\0\0abcd\x09");
        raw.set_len(4).unwrap();
        assert_eq!(raw.size().unwrap(), 4);
        raw.sync().unwrap();
        SystemDisk.sync_dir(directory.path()).unwrap();
    }

    #[test]
    fn what_passes_the_page_cache_by_is_in_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let raw = SystemDisk.open(&directory.path().join("a"), OpenMode::Create).unwrap();
        let bytes: Vec<u8> = (0..5 * PAGE_BYTES).map(|at| (at / 7) as u8).collect();
        let (first, second) = bytes.split_at(PAGE_BYTES + 100);
        let mut done = 0;
        while done < bytes.len() {
            let rest = [first.get(done..).unwrap_or_default(), &second[done.saturating_sub(first.len())..]];
            done += raw.write_direct_at(&rest.map(io::IoSlice::new), Position(done as u64)).unwrap();
        }
        let mut read = vec![0; bytes.len()];
        assert_eq!(raw.read_exactly_at(&mut read, Position(0)).unwrap(), bytes.len());
        assert!(read == bytes);
        let mut block = Block::new(8 * PAGE_BYTES);
        let last = 4 * PAGE_BYTES;
        // Where the file system has no such thing nothing is read.
        if let Some(read) = raw.read_direct_at(block.bytes(), Position(PAGE_BYTES as u64)).unwrap() {
            assert_eq!(read, last);
            assert!(block.bytes()[..last] == bytes[PAGE_BYTES..]);
        }
    }

    #[test]
    fn nothing_is_read_that_was_not_asked_for() {
        const BYTES: usize = 1024 * 1024;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let raw = SystemDisk.open(&path, OpenMode::Create).unwrap();
        assert_eq!(raw.write_vectored_at(&[io::IoSlice::new(&vec![1; BYTES])], Position(0)).unwrap(), BYTES);
        raw.sync().unwrap();
        fs::fadvise(raw.descriptor().unwrap(), 0, None, fs::Advice::DontNeed).unwrap();
        let is_cold = |at| {
            let read = raw.read_resident_at(&mut [0], Position(at));
            read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
        };
        // Where the file system cannot tell, or keeps everything, nothing is read at all.
        if is_cold(0) {
            let mut some = vec![0; BYTES / 4];
            assert_eq!(raw.read_at(&mut some, Position(0)).unwrap(), some.len());
            assert!(is_cold(some.len() as u64));
        }
    }

    #[test]
    fn a_lock_is_held_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(".lock");
        let held = SystemDisk.lock(&path).unwrap();
        assert!(held.is_some());
        assert!(SystemDisk.lock(&path).unwrap().is_none());
        drop(held);
        assert!(SystemDisk.lock(&path).unwrap().is_some());
    }

    #[test]
    fn a_small_file_is_replaced_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("checkpoint");
        assert!(read_small(&SystemDisk, &path, 10).unwrap().is_none());
        replace_small(&SystemDisk, &path, b"longer").unwrap();
        replace_small(&SystemDisk, &path, b"short").unwrap();
        assert_eq!(read_small(&SystemDisk, &path, 10).unwrap().unwrap(), b"short");
        assert!(read_small(&SystemDisk, &path, 4).is_err());
        assert_eq!(SystemDisk.list(directory.path()).unwrap().len(), 1, "no temporary file is left");
        SystemDisk.create_dir(&directory.path().join("d/e")).unwrap();
        remove_tree(&SystemDisk, &directory.path().join("d")).unwrap();
    }
}
