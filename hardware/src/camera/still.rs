//! A V4L2 camera (カメラ) through `v4l2-ctl` of v4l-utils, the kernel's own tool for it.
//!
//! A program and no crate: every V4L2 crate maps the camera's buffers into memory, which is unsafe
//! code over a driver, and the kept ones build C headers with libclang. In a program of its own a
//! driver that hangs or a camera that is pulled out ends that program and not the reader's day.

use std::ffi::OsString;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::{Camera, CameraError, Photo, develop};

/// Opening, letting the exposure settle and one picture: a slow camera takes two seconds for it.
const WITHIN: Duration = Duration::from_secs(8);
/// More than any camera's JPEG.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// A camera at a device such as `/dev/video0` that gives JPEG pictures, as all USB cameras do.
#[derive(Debug)]
pub struct StillCamera {
    device: PathBuf,
    program: OsString,
    within: Duration,
}

impl StillCamera {
    /// The camera at this device.
    pub fn new(device: impl Into<PathBuf>) -> Self {
        Self::through("v4l2-ctl", device, WITHIN)
    }

    /// The camera at this device, by another program that understands the same options.
    pub fn through(
        program: impl Into<OsString>,
        device: impl Into<PathBuf>,
        within: Duration,
    ) -> Self {
        Self { device: device.into(), program: program.into(), within }
    }

    fn start(&self) -> Result<Child, CameraError> {
        std::fs::metadata(&self.device).map_err(CameraError::Missing)?;
        // The first pictures are dark until the exposure has settled.
        Command::new(&self.program)
            .arg("--device")
            .arg(&self.device)
            .arg("--set-fmt-video=width=1280,height=960,pixelformat=MJPG")
            .args(["--stream-mmap=3", "--stream-skip=8", "--stream-count=1", "--stream-to=-"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(CameraError::Missing)
    }
}

impl Camera for StillCamera {
    fn take(&mut self) -> Result<Photo, CameraError> {
        let mut program = self.start()?;
        let taken = match program.stdout.take() {
            Some(output) => all_of(output, Instant::now() + self.within),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        // It has ended, or it is late; either way nothing of it may be left behind.
        let ended = program.kill().and_then(|()| program.wait());
        let bytes = taken.and_then(|bytes| ended.map(|_| bytes));
        let bytes = bytes.map_err(|_| CameraError::NoPicture)?;
        if bytes.is_empty() { Err(CameraError::NoPicture) } else { develop(&bytes) }
    }
}

/// Reads to the end, or fails when that has not come in time.
fn all_of(mut output: ChildStdout, until: Instant) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(output.as_fd(), PollFlags::POLLIN)], timeout) {
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Ok(_) => {}
            Err(Errno::EINTR) => continue,
            Err(error) => return Err(error.into()),
        }
        match output.read(&mut buffer)? {
            0 => return Ok(bytes),
            count => bytes.extend_from_slice(&buffer[..count]),
        }
        if bytes.len() > BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
}
