#pragma once

#include <ostream>
#include <string>

namespace dualpath::results {

/// Prints the table of outcomes in Markdown: a row for each case of a results directory that passed
/// and recorded an outcome (fixtures/outcome.h: a JSON object as the property "outcome"), and a
/// column for each layer that occurs in any of them. Then the ConformanceTable, if there is one.
/// Returns an `ExitCode`: kAllPassed, or kNothingRan, with a message on `err`, if no case recorded
/// an outcome.
int PrintOutcomes(const std::string& results, std::ostream& out, std::ostream& err);

}  // namespace dualpath::results
