#include "ci/dualpath/report_command.h"

#include <filesystem>
#include <iostream>
#include <limits>

#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/timeline/account_text.h"
#include "helpers/timeline/incident_text.h"
#include "helpers/timeline/page.h"
#include "helpers/timeline/trace.h"

namespace dualpath::cli {
namespace {

Status Write(const std::string& file, const std::string& content) {
  return WriteFileAtomically(std::filesystem::absolute(file).string(), content);
}

Status WriteAll(const timeline::Timeline& timeline, const timeline::Account& account,
                const ReportOptions& options) {
  if (!options.json.empty()) {
    const std::string json =
        timeline::ToJson(account).dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
    DUALPATH_TRY_STATUS(Write(options.json, json + "\n"));
  }
  if (!options.records.empty()) {
    DUALPATH_TRY_STATUS(Write(options.records, timeline::ToNdjson(timeline.records)));
  }
  if (!options.trace.empty()) {
    DUALPATH_TRY_STATUS(Write(options.trace, timeline::TraceJson(timeline)));
  }
  return Write(options.page, timeline::TimelinePage(timeline));
}

}  // namespace

int RunReport(const ReportOptions& options, std::ostream& out, std::ostream& err) {
  auto incident = timeline::ReadIncident(options.incident);
  if (!incident.ok()) {
    err << "dualpath report: " << incident.error().ToString() << "\n";
    return kUsage;
  }
  timeline::Timeline& timeline = incident->timeline;
  timeline.title = timeline::IncidentTitle(options.incident.files);
  timeline.notes = timeline::IncidentNotes(*incident);
  if (timeline.records.empty()) {
    err << "dualpath report: " << timeline.title
        << ": no line of multipathd, QEMU or the kernel's storage drivers in "
        << timeline::Count(incident->lines, "line", "lines") << "\n";
    for (const std::string& note : timeline.notes) err << "  " << note << "\n";
    if (!incident->maps.empty()) {
      err << "The output of `multipath -ll` is there ("
          << timeline::Count(incident->maps.size(), "map", "maps")
          << "), but no log: for that, use dualpath topology\n";
      return kUsage;
    }
    err << "Expected: journalctl -o short-precise, syslog or dmesg; see dualpath report --help\n";
    return kUsage;
  }
  const timeline::Account account = timeline::Tell(*incident);
  timeline.story = timeline::Sentences(account);
  const Status written = WriteAll(timeline, account, options);
  if (!written.ok()) {
    err << "dualpath report: " << written.error().ToString() << "\n";
    return kUsage;
  }
  for (const std::string& sentence : timeline.story) out << sentence << "\n";
  out << "\n";
  timeline::PrintIncident(*incident, out);
  out << "page     " << options.page << "\n";
  if (!options.trace.empty()) out << "trace    " << options.trace << "\n";
  if (!options.json.empty()) out << "json     " << options.json << "\n";
  if (!options.records.empty()) out << "records  " << options.records << "\n";
  return kAllPassed;
}

ReportCommand::ReportCommand(CLI::App& app)
    : Subcommand(
          app.add_subcommand("report", "Write a timeline page from the logs of an incident")) {
  command_
      ->add_option("files", options_.incident.files,
                   "Logs of multipathd and the kernel; output of multipath -ll; - is standard "
                   "input")
      ->required();
  command_->add_option("--output", options_.page, "The page")->capture_default_str();
  command_->add_option("--trace", options_.trace,
                       "Also write a trace file for ui.perfetto.dev or chrome://tracing");
  command_->add_option("--json", options_.json, "Also write what happened, as JSON");
  command_->add_option("--records", options_.records, "Also write the records, as NDJSON");
  command_
      ->add_option_function<int>(
          "--year", [this](const int& year) { options_.incident.first_year = year; },
          "First year of logs without years (default: the latest possible one)")
      ->check(CLI::Range(1970, 9999));
  command_
      ->add_option("--limit", options_.incident.most_lines, "Maximum number of lines on the page")
      ->check(CLI::Range(1, std::numeric_limits<int>::max()))
      ->capture_default_str();
  command_->footer(
      "FILE: journalctl -o short-precise (or short, short-iso, short-full, json, export), syslog, "
      "dmesg (also -T), logs of containers, libvirtd and QEMU, mixed and of any size, also pasted "
      "from a mail or a forum, and the output of `multipath -ll` if available.");
}

int ReportCommand::Run() const { return RunReport(options_, std::cout, std::cerr); }

}  // namespace dualpath::cli
