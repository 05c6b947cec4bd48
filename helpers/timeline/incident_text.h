#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/timeline/incident.h"

namespace dualpath::timeline {

/// "1 line", "2 lines".
std::string Count(std::uint64_t count, const std::string& one, const std::string& many);

/// Returns the page's title: the names of the first files.
std::string IncidentTitle(const std::vector<std::string>& files);

/// Returns notes about the parts of the files that the timeline omits, and why.
std::vector<std::string> IncidentNotes(const Incident& incident);

/// Prints the time covered, the number of records by lane, the maps, the paths and the notes.
/// Precondition: the timeline has a record.
void PrintIncident(const Incident& incident, std::ostream& out);

}  // namespace dualpath::timeline
