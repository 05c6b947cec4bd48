#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "helpers/base/result.h"

/// Fuzz targets: the parsers of everything that a kernel, a daemon, a VM, a guest or a log file
/// writes. `ci/fuzz` feeds them arbitrary bytes; corpus_test.cc feeds them the files of corpus/.
namespace dualpath::fuzzing {

/// Each accepts any bytes. An `Error` names a documented property that a parser violated for this
/// input: what it printed does not parse to the same value, a line is in no result...
Status FuzzTopology(const std::string& input);  ///< multipath -ll, "show maps json"
Status FuzzDm(const std::string& input);        ///< tables and status of dm-multipath
Status FuzzLog(const std::string& input);       ///< lines of logs, traces and uevents
Status FuzzScsi(const std::string& input);      ///< what a SCSI device returns
Status FuzzAgent(const std::string& input);     ///< frames, answers and blocks of the guest's agent
Status FuzzControl(const std::string& input);   ///< control port, QMP, `dualpath cp`
Status FuzzResults(const std::string& input);   ///< the files of a case, which the VM wrote
Status FuzzIncident(const std::string& input);  ///< the logs of `dualpath report`

struct Target {
  const char* name;  ///< also the folder in corpus/
  Status (*run)(const std::string& input);
};

inline constexpr std::array kTargets{
    Target{"topology", FuzzTopology}, Target{"dm", FuzzDm},
    Target{"log", FuzzLog},           Target{"scsi", FuzzScsi},
    Target{"agent", FuzzAgent},       Target{"control", FuzzControl},
    Target{"results", FuzzResults},   Target{"incident", FuzzIncident},
};

/// Returns an `Error` if `kept` is false; `seen` is what contradicts the promise.
Status Promise(bool kept, const std::string& promise, const std::string& seen = "");

/// Returns the text before and after the first `separator`; without one, the whole text and "".
std::pair<std::string, std::string> Split(const std::string& text, char separator);

/// Removes the first byte of `input`, and returns which of several parsers it chooses: 0 to
/// `choices` - 1. The digits '0', '1'... choose 0, 1..., so that corpora are readable.
unsigned TakeChoice(std::string& input, unsigned choices);

/// Returns how often `part` is in `text`.
std::size_t Count(const std::string& text, const std::string& part);

/// Returns the lines of `text` without their newlines.
std::vector<std::string> Lines(const std::string& text);

}  // namespace dualpath::fuzzing
