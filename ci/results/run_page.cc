#include "ci/results/run_page.h"

#include <nlohmann/json.hpp>

#include "helpers/page/html.h"

namespace dualpath::results {

extern const char* const kRunPage;  // page/run.html, embedded by ci/cmake/EmbedPage.cmake

namespace {

using nlohmann::ordered_json;

ordered_json OrNull(const std::optional<double>& number) {
  return number ? ordered_json(*number) : ordered_json();
}

ordered_json ToJson(const Before& before) {
  return {{"verdict", Describe(before.verdict)},
          {"real", OrNull(before.real_seconds)},
          {"virtual", OrNull(before.virtual_seconds)},
          {"longest_io", OrNull(before.longest_io_seconds)}};
}

ordered_json ToJson(const CaseRun& run) {
  ordered_json failures = ordered_json::array();
  for (const Failure& failure : run.failures) {
    failures.push_back({{"at", failure.Location()}, {"text", failure.text}});
  }
  ordered_json files = ordered_json::array();
  for (const CaseRun::File& file : run.files) {
    files.push_back({{"name", file.name}, {"bytes", file.bytes}});
  }
  return {{"name", run.name},
          {"description", run.description},
          {"family", run.Family()},
          {"file", run.file},
          {"line", run.line},
          {"verdict", Describe(run.verdict)},
          {"real", OrNull(run.real_seconds)},
          {"virtual", OrNull(run.virtual_seconds)},
          {"reason", run.reason},
          {"known_issue", run.known_issue},
          {"failures", failures},
          {"change", run.Change()},
          {"real_ratio", OrNull(run.RealRatio())},
          {"virtual_ratio", OrNull(run.VirtualRatio())},
          {"longest_io", OrNull(run.longest_io_seconds)},
          {"longest_gap", OrNull(run.longest_gap_seconds)},
          {"longest_io_ratio", OrNull(run.LongestIoRatio())},
          {"before", run.before ? ToJson(*run.before) : ordered_json()},
          {"directory", run.directory},
          {"files", files},
          {"alone", run.FailedOrHasNoVerdict() ? run.AloneCommand() : ""},
          {"shell", run.ShellCommand()}};
}

}  // namespace

std::string RunPage(const RunResults& run) {
  ordered_json cases = ordered_json::array();
  for (const CaseRun& each : run.cases) cases.push_back(ToJson(each));
  const ordered_json json = {{"results", run.results},   {"previous", run.previous},
                             {"ended", run.ended},       {"stacks", run.stacks},
                             {"real", run.real_seconds}, {"virtual", run.virtual_seconds},
                             {"not_run", run.not_run},   {"cases", cases}};
  const std::string text = json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  return page::FillIn(kRunPage, {{"@RUN@", page::ForScriptElement(text)}});
}

}  // namespace dualpath::results
