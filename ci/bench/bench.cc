#include "ci/bench/bench.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "ci/bench/measurement.h"
#include "ci/bench/page.h"
#include "ci/bench/report.h"
#include "ci/bench/report_json.h"
#include "ci/bench/table.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/progress.h"

namespace dualpath::bench {
namespace {

namespace fs = std::filesystem;

// The whole set is a hundred lines; the page has all of them.
constexpr std::size_t kCasesShown = 10;

/// Before an hour of measuring rather than after it.
Status CheckWritable(const std::string& file) {
  if (file.empty()) return Ok{};
  std::error_code ec;
  if (fs::is_directory(file, ec)) return Error::Because("write", file, "it is a directory");
  fs::path directory = fs::absolute(file).parent_path();
  while (!fs::exists(directory, ec) && directory.has_relative_path()) {
    directory = directory.parent_path();
  }
  if (!fs::is_directory(directory, ec)) {
    return Error::Because("write", file, directory.string() + " is no directory");
  }
  if (::access(directory.c_str(), W_OK) != 0) {
    return Error::FromErrno("write", file, errno);
  }
  return Ok{};
}

bool IsWanted(const BenchOptions& options, const std::string& name) {
  return options.only.empty() ||
         std::find(options.only.begin(), options.only.end(), name) != options.only.end();
}

void PrintCases(const SetTimes& set, std::ostream& out) {
  const std::size_t shown = std::min(kCasesShown, set.cases.size());
  for (std::size_t i = 0; i < shown; ++i) out << TableLine(set.cases[i]);
  if (shown < set.cases.size()) out << "  and " << set.cases.size() - shown << " shorter ones\n";
}

void PrintMachine(const Report& report, std::ostream& out) {
  out << "on " << report.machine.ToString() << ", stack " << report.stack << "\n";
  if (!report.machine.WasQuiet()) {
    out << "the machine is not quiet (load " << report.machine.load
        << "): what else it does is in the figures too\n";
  }
}

void Measure(const BenchOptions& options, Report& report, std::ostream& out, std::ostream& err) {
  const auto failed = [&](const std::string& what, const Error& error) {
    process::StopIfEnding();
    report.failures.push_back(what + ": " + error.ToString());
    err << "dualpath bench: " << report.failures.back() << "\n";
  };
  auto lab = Lab::Open(options.stack);
  if (!lab.ok()) return failed("lab", lab.error());
  report.machine.qemu = lab->Qemu();
  PrintMachine(report, out);
  const Status ready = lab->WarmUp();
  if (!ready.ok()) return failed("lab", ready.error());
  const Bench bench{*lab, report.set, options.results, options.runs, [&](const Figure& figure) {
                      report.figures.push_back(figure);
                      out << TableLine(figure) << std::flush;
                    }};
  for (const Measurement& measurement : AllMeasurements()) {
    if (!IsWanted(options, measurement.name)) continue;
    spdlog::info("measuring {}: {}", measurement.name, measurement.what);
    const Status measured = measurement.measure(bench);
    if (!measured.ok()) failed(measurement.name, measured.error());
    if (measurement.name == "set") PrintCases(report.set, out);
  }
}

Status Write(const BenchOptions& options, const Report& report) {
  constexpr int kIndentation = 2;
  if (!options.json.empty()) {
    DUALPATH_TRY_STATUS(WriteFileAtomically(options.json, ToJsonText(report, kIndentation) + "\n"));
  }
  if (!options.page.empty()) DUALPATH_TRY_STATUS(WriteFileAtomically(options.page, Page(report)));
  if (!options.table.empty()) {
    DUALPATH_TRY_STATUS(WriteFileAtomically(options.table, MarkdownRows(report)));
  }
  return Ok{};
}

}  // namespace

int RunBench(const BenchOptions& options, std::ostream& out, std::ostream& err) {
  for (const std::string& file : {options.json, options.page, options.table}) {
    const Status writable = CheckWritable(file);
    if (writable.ok()) continue;
    err << "dualpath bench: " << writable.error().ToString() << "\n";
    return kUsage;
  }
  Report report;
  report.machine = LookAtMachine();
  report.stack = options.stack;
  const auto begun = std::chrono::steady_clock::now();
  report.began = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (IsWanted(options, "set")) report.set = ReadSetTimes(options.results);
  Measure(options, report, out, err);
  report.seconds = process::SecondsSince(begun);
  const Status written = Write(options, report);
  if (!written.ok()) {
    err << "dualpath bench: " << written.error().ToString() << "\n";
    return kInfrastructure;
  }
  for (const std::string& file : {options.json, options.page, options.table}) {
    if (!file.empty()) out << "written: " << file << "\n";
  }
  return report.failures.empty() ? kAllPassed : kInfrastructure;
}

}  // namespace dualpath::bench
