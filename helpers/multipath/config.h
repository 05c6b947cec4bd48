#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/multipath/version.h"

namespace dualpath::multipath {

/// Handling of I/O while no path is usable (multipath.conf(5), no_path_retry).
struct NoPathRetry {
  enum class Kind {
    kCount,  ///< queue I/O for `count` checks (times polling_interval), then fail it
    kQueue,  ///< queue I/O until a path is usable
    kFail,   ///< fail I/O immediately
  };

  Kind kind = Kind::kCount;
  unsigned count = 0;  ///< only for `kCount`; at least 1

  static NoPathRetry Count(unsigned count) { return {Kind::kCount, count}; }
  static NoPathRetry Queue() { return {Kind::kQueue, 0}; }
  static NoPathRetry Fail() { return {Kind::kFail, 0}; }

  std::string ToString() const;  ///< as multipath.conf spells it: "10", "queue", "fail"
};

/// When to switch back to a path group of higher priority that is usable again (failback).
struct Failback {
  enum class Kind { kManual, kImmediate, kAfterSeconds, kFollowover };

  Kind kind = Kind::kManual;
  unsigned seconds = 0;  ///< only for `kAfterSeconds`; at least 1

  static Failback Manual() { return {Kind::kManual, 0}; }
  static Failback Immediate() { return {Kind::kImmediate, 0}; }
  /// Only if the first path of the group has come back up, not if a priority has changed.
  static Failback Followover() { return {Kind::kFollowover, 0}; }
  static Failback After(unsigned seconds) { return {Kind::kAfterSeconds, seconds}; }

  std::string ToString() const;  ///< "manual", "immediate", "30"
};

/// The key by which mpathpersist, qemu-pr-helper and multipathd register a map's paths for
/// persistent reservations (multipath.conf(5), reservation_key).
struct ReservationKey {
  enum class Kind {
    kNone,   ///< not set: libmpathpersist rejects every PERSISTENT RESERVE OUT
    kFile,   ///< the first key that is registered, stored in prkeys_file until unregistered
    kFixed,  ///< `key`
  };

  Kind kind = Kind::kNone;
  std::uint64_t key = 0;  ///< only for `kFixed`; not 0

  static ReservationKey None() { return {Kind::kNone, 0}; }
  static ReservationKey File() { return {Kind::kFile, 0}; }
  static ReservationKey Fixed(std::uint64_t key) { return {Kind::kFixed, key}; }

  std::string ToString() const;  ///< as multipath.conf spells it: "", "file", "0xabc123"
};

/// san_path_err_*: delays the reinstatement of a path that failed repeatedly ("Shaky paths
/// detection" in multipath.conf(5)). Since multipath-tools 0.7.0, except 0.7.4 to 0.7.9, which
/// ignore it; unknown keywords for older versions.
struct SanPathErr {
  unsigned threshold = 1;         ///< number of failures above which reinstatement is delayed
  unsigned forget_rate = 1;       ///< number of good checks after which one failure is forgotten
  unsigned recovery_seconds = 1;  ///< length of the delay
};

/// marginal_path_*: the same by sampling. A path that failed twice is read from ten times a second,
/// and reinstated after a good sample. Since multipath-tools 0.7.4.
struct MarginalPath {
  unsigned double_failed_seconds = 60;  ///< time within which both failures must occur
  unsigned sample_seconds = 120;        ///< at least 120; the last 60 are without reads
  unsigned errors_per_mille = 1;        ///< highest error rate of a good sample
  unsigned recheck_gap_seconds = 1;     ///< time from a bad sample to the next
};

/// What multipathd does when the last path of a map is deleted (flush_on_last_del). Before 0.9.9
/// the values are "yes" and "no", and "no" behaves as `kNever` or `kUnused`, depending on the
/// version.
enum class FlushOnLastDel {
  kAlways,  ///< ends the queueing, so that held I/O fails, and removes the map unless it is in use
  kUnused,  ///< the same, unless the map is in use and queues
  kNever,   ///< the same, unless the map queues
};

std::string ToString(FlushOnLastDel flush);  ///< "always"

/// Assignment of paths to path groups (path_grouping_policy).
enum class GroupingPolicy {
  kFailover,  ///< one group per path
  kMultibus,  ///< one group for all paths
  kGroupBySerial,
  kGroupByPrio,
  kGroupByNodeName,
  kGroupByTpg,  ///< by ALUA target port group; multipath-tools 0.9.6 and newer
};

std::string ToString(GroupingPolicy policy);  ///< "failover"

/// The multipath configuration of a rig. The defaults are the article's: two path groups of one
/// path, and I/O queued for 50 s when both have failed.
struct Config {
  NoPathRetry no_path_retry = NoPathRetry::Count(10);
  bool user_friendly_names = true;  ///< "mpatha" rather than the WWID
  GroupingPolicy path_grouping_policy = GroupingPolicy::kFailover;
  std::string path_selector = "service-time 0";  ///< name and arguments, as in a dm table
  std::string prio = "const";                    ///< a prioritizer of multipath.conf(5)
  std::string prio_args;                         ///< its arguments
  Failback failback = Failback::Manual();
  std::optional<SanPathErr> san_path_err;
  std::optional<MarginalPath> marginal_path;
  std::optional<FlushOnLastDel> flush_on_last_del;
  /// Disks that multipathd must not use: regular expressions for their names ("^sdb$").
  std::vector<std::string> blacklisted_devnodes;
  /// The same, for WWIDs, which are matched exactly.
  std::vector<std::string> blacklisted_wwids;
  /// Further lines of `defaults`, unchecked: for what multipathd makes of wrong ones.
  std::vector<std::string> unchecked_defaults;
  unsigned polling_interval_seconds = 5;
  /// Upper limit of the interval, which doubles while a path is healthy. Equal to polling_interval
  /// by default, so that the loss of a path is noticed within 5 s rather than 20 s.
  unsigned max_polling_interval_seconds = 5;
  /// Allowed only in `defaults` and `multipaths` of multipath.conf, so it applies to the host's
  /// other maps too. "file" does not affect maps without registrations.
  ReservationKey reservation_key = ReservationKey::None();
  /// The devices that this configuration applies to: regular expressions for the INQUIRY strings.
  /// Not anchored, since OL7 matches them against the padded strings ("LIO-ORG ").
  std::string vendor = "LIO-ORG";
  std::string product = "storage";
};

/// Checks all fields. The error names the invalid field, its value and the allowed values.
Status Validate(const Config& config);

/// Keywords that a version's configuration parser supports. An unknown keyword only causes a
/// warning in the output of every command.
struct Dialect {
  bool detect_pgpolicy = true;
  bool flush_always = true;  ///< flush_on_last_del "always" rather than "yes"

  /// detect_pgpolicy exists since 0.9.6, "always" since 0.9.9.
  static Dialect Of(const Version& version);
};

/// Returns a drop-in for /etc/multipath/conf.d. A `device` section for the vendor and product does
/// not affect the host's other maps and overrides the built-in entry for LIO-ORG (no_path_retry 12,
/// alua) in every version; `defaults` would not, and OL7 does not support `overrides`. The polling
/// intervals are only allowed in `defaults`, and the reservation key is not allowed in `device`.
/// Features are left out: no_path_retry sets queue_if_no_path. The checker is tur, as on OL7; newer
/// built-in entries have directio for LIO-ORG. multipathd reads the file on start and reconfigure.
std::string Render(const Config& config, const Dialect& dialect);

/// Returns sections that blacklist every disk except those with the given WWIDs. Supported in
/// conf.d by every version since OL7's.
std::string RenderBlacklistExcept(const std::vector<std::string>& wwids);

}  // namespace dualpath::multipath
