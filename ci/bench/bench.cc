#include "ci/bench/bench.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "ci/bench/figures.h"
#include "ci/bench/figures_json.h"
#include "ci/bench/measurement.h"
#include "ci/bench/page.h"
#include "ci/bench/table.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/process/interrupt.h"
#include "helpers/process/progress.h"

namespace dualpath::bench {
namespace {

namespace fs = std::filesystem;

// The whole set would be a hundred lines; the page lists all cases.
constexpr std::size_t kCasesShown = 10;

/// Checks before the long measurement that its result can be written.
Status CheckWritable(const std::string& file) {
  if (file.empty()) return Ok{};
  std::error_code ec;
  if (fs::is_directory(file, ec)) return Error::Because("write", file, "is a directory");
  fs::path directory = fs::absolute(file).parent_path();
  while (!fs::exists(directory, ec) && directory.has_relative_path()) {
    directory = directory.parent_path();
  }
  if (!fs::is_directory(directory, ec)) {
    return Error::Because("write", file, directory.string() + " is not a directory");
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
  if (shown < set.cases.size()) out << "  and " << set.cases.size() - shown << " shorter cases\n";
}

void PrintMachine(const Figures& figures, std::ostream& out) {
  out << "on " << figures.machine.ToString() << ", stack " << figures.stack << "\n";
  if (!figures.machine.WasQuiet()) {
    out << "the machine is not idle (load " << figures.machine.load
        << "): other processes distort the figures\n";
  }
}

void Measure(const BenchOptions& options, Figures& figures, std::ostream& out, std::ostream& err) {
  const auto failed = [&](const std::string& what, const Error& error) {
    process::StopIfEnding();
    figures.failures.push_back(what + ": " + error.ToString());
    err << "dualpath bench: " << figures.failures.back() << "\n";
  };
  auto lab = BenchLab::Open(options.stack, options.own);
  if (!lab.ok()) return failed("lab", lab.error());
  figures.machine.qemu = lab->Qemu();
  PrintMachine(figures, out);
  const Status ready = lab->WarmUp();
  if (!ready.ok()) return failed("lab", ready.error());
  const Bench bench{*lab, figures.set, options.results, options.runs, [&](const Figure& figure) {
                      figures.all.push_back(figure);
                      out << TableLine(figure) << std::flush;
                    }};
  for (const Measurement& measurement : AllMeasurements()) {
    if (!IsWanted(options, measurement.name)) continue;
    spdlog::info("measuring {}: {}", measurement.name, measurement.what);
    const Status measured = measurement.measure(bench);
    if (!measured.ok()) failed(measurement.name, measured.error());
    if (measurement.name == "set") PrintCases(figures.set, out);
  }
}

Status Write(const BenchOptions& options, const Figures& figures) {
  constexpr int kIndentation = 2;
  if (!options.json.empty()) {
    DUALPATH_TRY_STATUS(
        WriteFileAtomically(options.json, ToJsonText(figures, kIndentation) + "\n"));
  }
  if (!options.page.empty()) DUALPATH_TRY_STATUS(WriteFileAtomically(options.page, Page(figures)));
  if (!options.table.empty()) {
    DUALPATH_TRY_STATUS(WriteFileAtomically(options.table, MarkdownRows(figures)));
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
  Figures figures;
  figures.machine = ReadMachine();
  figures.stack = options.stack + (options.own.empty() ? "" : ", with parts of your own");
  const auto begun = std::chrono::steady_clock::now();
  figures.began = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (IsWanted(options, "set")) figures.set = ReadSetTimes(options.results);
  Measure(options, figures, out, err);
  figures.seconds = process::SecondsSince(begun);
  const Status written = Write(options, figures);
  if (!written.ok()) {
    err << "dualpath bench: " << written.error().ToString() << "\n";
    return kInfrastructure;
  }
  for (const std::string& file : {options.json, options.page, options.table}) {
    if (!file.empty()) out << "wrote " << file << "\n";
  }
  return figures.failures.empty() ? kAllPassed : kInfrastructure;
}

}  // namespace dualpath::bench
