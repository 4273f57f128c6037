//! PostgreSQL's settings (設定): what Minamo insists on, and what an operator may tune.

use std::ffi::OsString;
use std::path::Path;

/// Appended to `postgresql.conf` once. Sized for a city on one machine; the operator may change it.
pub(super) const INITIAL: &str = "
# Minamo: sized for one machine with 8 GB. May be changed; Minamo does not write here again.
shared_buffers = 256MB
effective_cache_size = 2GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_connections = 60
wal_compression = on
min_wal_size = 256MB
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
";

/// Given at each start, and stronger than any file: safety and the closed door.
pub(super) fn enforced(socket_folder: &Path, log_folder: &Path) -> Vec<OsString> {
    let fixed = [
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "fsync=on",
        "full_page_writes=on",
        "restart_after_crash=on",
        "cluster_name=minamo",
        "logging_collector=on",
        // One file a weekday, overwritten a week later.
        "log_filename=postgresql-%a.log",
        "log_rotation_age=1d",
        "log_rotation_size=0",
        "log_truncate_on_rotation=on",
        "log_file_mode=0600",
        "log_line_prefix=%m [%p] ",
        "log_timezone=Asia/Tokyo",
        "lc_messages=C",
        // Details and statements may name people; the log must not.
        "log_error_verbosity=terse",
        "log_min_error_statement=panic",
        "log_parameter_max_length=0",
        "log_parameter_max_length_on_error=0",
    ];
    let mut arguments = Vec::new();
    let mut set = |setting: OsString| arguments.extend([OsString::from("-c"), setting]);
    for setting in fixed {
        set(setting.into());
    }
    set(format!("port={}", super::PORT).into());
    set(with_path("unix_socket_directories=", &quoted(socket_folder)));
    set(with_path("log_directory=", log_folder.as_os_str()));
    arguments
}

fn with_path(name: &str, path: &std::ffi::OsStr) -> OsString {
    let mut setting = OsString::from(name);
    setting.push(path);
    setting
}

/// The setting is a list, in which a comma or a space would end a name.
fn quoted(path: &Path) -> OsString {
    format!("\"{}\"", path.display().to_string().replace('"', "\"\"")).into()
}
