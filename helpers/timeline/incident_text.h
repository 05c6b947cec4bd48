#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/timeline/incident.h"

namespace dualpath::timeline {

/// "1 line", "2 lines".
std::string Count(std::uint64_t count, const std::string& one, const std::string& many);

/// "2022-05-20 06:17:50", or "12.345 s since boot".
std::string TimeText(std::int64_t time_us, Timeline::Clock clock);

/// "50.0 s", "2.5 h".
std::string DurationText(std::int64_t us);

/// "sdb (8:16)", or only the path if the device is not known or the same.
std::string PathText(const std::string& path, const std::string& device);

/// "a, b, 3 more": joins at most `most` words.
std::string JoinFirst(std::vector<std::string> words, std::size_t most);

/// Returns the page's title: the names of the first files.
std::string IncidentTitle(const std::vector<std::string>& files);

/// Returns notes about the parts of the files that the timeline omits, and why.
std::vector<std::string> IncidentNotes(const Incident& incident);

/// Prints the time covered, the number of records by lane, the maps, the paths and the notes.
/// Precondition: the timeline has a record.
void PrintIncident(const Incident& incident, std::ostream& out);

}  // namespace dualpath::timeline
