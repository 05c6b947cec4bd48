#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "helpers/base/result.h"
#include "helpers/multipath/version.h"

namespace dualpath::multipath {

/// What to do when no path is left (multipath.conf(5), no_path_retry).
struct NoPathRetry {
  enum class Kind {
    kCount,  ///< hold I/O for `count` checks (times polling_interval), then fail it
    kQueue,  ///< hold I/O until a path is back
    kFail,   ///< fail I/O at once
  };

  Kind kind = Kind::kCount;
  unsigned count = 0;  ///< only for `kCount`; at least 1

  static NoPathRetry Count(unsigned count) { return {Kind::kCount, count}; }
  static NoPathRetry Queue() { return {Kind::kQueue, 0}; }
  static NoPathRetry Fail() { return {Kind::kFail, 0}; }

  std::string ToString() const;  ///< as multipath.conf spells it: "10", "queue", "fail"
};

/// When to go back to a path group of higher priority that works again.
struct Failback {
  enum class Kind { kManual, kImmediate, kAfterSeconds };

  Kind kind = Kind::kManual;
  unsigned seconds = 0;  ///< only for `kAfterSeconds`; at least 1

  static Failback Manual() { return {Kind::kManual, 0}; }
  static Failback Immediate() { return {Kind::kImmediate, 0}; }
  static Failback After(unsigned seconds) { return {Kind::kAfterSeconds, seconds}; }

  std::string ToString() const;  ///< "manual", "immediate", "30"
};

/// The key by which mpathpersist, qemu-pr-helper and multipathd register a map's paths for
/// persistent reservations (multipath.conf(5), reservation_key).
struct ReservationKey {
  enum class Kind {
    kNone,   ///< maps have none: libmpathpersist refuses every PERSISTENT RESERVE OUT
    kFile,   ///< the first key that is registered, kept in prkeys_file until it is unregistered
    kFixed,  ///< this one and no other
  };

  Kind kind = Kind::kNone;
  std::uint64_t key = 0;  ///< only for `kFixed`; not 0

  static ReservationKey None() { return {Kind::kNone, 0}; }
  static ReservationKey File() { return {Kind::kFile, 0}; }
  static ReservationKey Fixed(std::uint64_t key) { return {Kind::kFixed, key}; }

  std::string ToString() const;  ///< as multipath.conf spells it: "", "file", "0xabc123"
};

/// A path that fails again and again is held back when it works again ("Shaky paths detection" in
/// multipath.conf(5)). multipath-tools 0.7.0, but for 0.7.4 to 0.7.9, where it is discarded; older
/// ones take the options for unknown keywords.
struct SanPathErr {
  unsigned threshold = 1;         ///< a path that has failed more often is held back
  unsigned forget_rate = 1;       ///< after more good checks than this, one failure is forgotten
  unsigned recovery_seconds = 1;  ///< how long it is held back
};

/// The same by sampling: a path that has failed twice is read from ten times a second, and held
/// back until a sample is good. multipath-tools 0.7.4.
struct MarginalPath {
  unsigned double_failed_seconds = 60;  ///< the second failure must come within these
  unsigned sample_seconds = 120;        ///< at least 120; it is read from in all but the last 60
  unsigned errors_per_mille = 1;        ///< more than these make the sample a bad one
  unsigned recheck_gap_seconds = 1;     ///< from a bad sample to the next
};

/// Which paths share a path group.
enum class GroupingPolicy {
  kFailover,  ///< one path each
  kMultibus,  ///< all in one
  kGroupBySerial,
  kGroupByPrio,
  kGroupByNodeName,
};

std::string ToString(GroupingPolicy policy);  ///< "failover"

/// The multipath configuration of a rig. The defaults make the article's map: two path groups of
/// one path, I/O held for 50 s when both are gone.
struct Config {
  NoPathRetry no_path_retry = NoPathRetry::Count(10);
  bool user_friendly_names = true;  ///< "mpatha" rather than the WWID
  GroupingPolicy path_grouping_policy = GroupingPolicy::kFailover;
  std::string path_selector = "service-time 0";  ///< name and arguments, as in a dm table
  std::string prio = "const";                    ///< a prioritizer of multipath.conf(5)
  std::string prio_args;                         ///< what it is told; empty: nothing
  Failback failback = Failback::Manual();
  std::optional<SanPathErr> san_path_err;
  std::optional<MarginalPath> marginal_path;
  unsigned polling_interval_seconds = 5;
  /// What the interval may double up to while a path is healthy. Equal to it by default, so that a
  /// path's loss is noticed within 5 s rather than 20.
  unsigned max_polling_interval_seconds = 5;
  /// multipath.conf has it in `defaults` and `multipaths` only, so it holds for the host's own maps
  /// too. "file" changes nothing for a map that nobody registers.
  ReservationKey reservation_key = ReservationKey::None();
  /// The devices that all this is for: regular expressions over the inquiry strings. Not anchored,
  /// since OL7 matches them against the padded strings ("LIO-ORG ").
  std::string vendor = "LIO-ORG";
  std::string product = "storage";
};

/// Names the bad field, its value and what is allowed.
Status Validate(const Config& config);

/// What a version's configuration parser knows. An unknown keyword costs a warning line in every
/// command's output, nothing more.
struct Dialect {
  bool detect_pgpolicy = true;

  /// detect_pgpolicy came with 0.9.6.
  static Dialect Of(const Version& version);
};

/// A drop-in for /etc/multipath/conf.d. A `device` block for our vendor and product leaves the
/// host's own maps alone and beats the built-in entry for LIO-ORG (no_path_retry 12, alua) on every
/// version, where `defaults` would not and `overrides` is unknown to OL7. The polling intervals
/// exist in `defaults` only, and a reservation key is not known in `device`. Features are left out:
/// queue_if_no_path follows from no_path_retry. The checker is tur, as in OL7; newer built-in
/// entries have directio for LIO-ORG. multipathd reads it when it starts or is told to reconfigure.
std::string Render(const Config& config, const Dialect& dialect);

}  // namespace dualpath::multipath
