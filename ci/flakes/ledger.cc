#include "ci/flakes/ledger.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <tuple>

#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::flakes {
namespace {

using nlohmann::json;
using results::Verdict;

constexpr char kOpen[] = "continue the runs";
constexpr std::array kVerdicts{Verdict::kPassed, Verdict::kFailed, Verdict::kSkipped,
                               Verdict::kNoVerdict};

json ToJson(const Setup& setup) {
  return {{"seed", setup.seed},
          {"load", setup.load},
          {"jobs", setup.jobs},
          {"build", setup.build},
          {"cases", setup.cases}};
}

json ToJson(const CaseRun& run) {
  return {{"case", run.name},
          {"round", run.round},
          {"verdict", results::Describe(run.verdict)},
          {"seconds", run.seconds}};
}

/// Throws what nlohmann-json does.
CaseRun RunFrom(const json& line) {
  CaseRun run{line.at("case").get<std::string>(), line.at("round").get<int>(), Verdict::kNoVerdict,
              line.at("seconds").get<double>()};
  const auto verdict = line.at("verdict").get<std::string>();
  for (const Verdict each : kVerdicts) {
    if (verdict == results::Describe(each)) run.verdict = each;
  }
  return run;
}

std::uint64_t RandomSeed() { return std::random_device()(); }

/// Returns the names of the members that differ.
std::string Difference(const json& ours, const json& theirs) {
  std::string names;
  for (const auto& [key, value] : ours.items()) {
    if (!theirs.contains(key) || theirs[key] != value) names += (names.empty() ? "" : ", ") + key;
  }
  return names;
}

}  // namespace

Verdict VerdictOf(int exit_code) {
  switch (exit_code) {
    case kAllPassed:
      return Verdict::kPassed;
    case kCaseFailed:
      return Verdict::kFailed;
    case kNothingRan:
      return Verdict::kSkipped;
    default:
      return Verdict::kNoVerdict;
  }
}

bool operator==(const CaseRun& a, const CaseRun& b) {
  return std::tie(a.name, a.round, a.verdict, a.seconds) ==
         std::tie(b.name, b.round, b.verdict, b.seconds);
}

Result<Ledger> Ledger::Open(const std::string& path, Setup setup, bool seed_is_given) {
  std::error_code ec;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ec);
  DUALPATH_TRY(FileLock lock, FileLock::TryAcquire(path + ".lock", FileLock::Mode::kExclusive));
  std::sort(setup.cases.begin(), setup.cases.end());
  const auto text = ReadFile(path);
  if (!text.ok() && text.error().error_number() != ENOENT) return text.error();
  // A line without its end was being written when the program was killed.
  const std::string whole = text.ok() ? text->substr(0, text->rfind('\n') + 1) : "";
  if (whole.empty()) {
    if (!seed_is_given) setup.seed = RandomSeed();
    DUALPATH_TRY_STATUS(WriteFileAtomically(path, ToJson(setup).dump() + "\n"));
    return Ledger(path, std::move(lock), std::move(setup));
  }
  try {
    std::size_t begin = whole.find('\n') + 1;
    const json before = json::parse(whole.substr(0, begin));
    if (!seed_is_given) setup.seed = before.at("seed").get<std::uint64_t>();
    const std::string difference = Difference(ToJson(setup), before);
    if (!difference.empty()) {
      return Error::Because(kOpen, path,
                            "it has runs of another " + difference +
                                "; --restart discards them, another directory keeps them");
    }
    Ledger ledger(path, std::move(lock), std::move(setup));
    while (begin < whole.size()) {
      const std::size_t end = whole.find('\n', begin);
      ledger.runs_.push_back(RunFrom(json::parse(whole.substr(begin, end - begin))));
      begin = end + 1;
    }
    if (whole.size() < text->size()) DUALPATH_TRY_STATUS(WriteFileAtomically(path, whole));
    return ledger;
  } catch (const json::exception& error) {
    return Error::Because(kOpen, path, error.what());
  }
}

bool Ledger::Has(const std::string& name, int round) const {
  return std::any_of(runs_.begin(), runs_.end(),
                     [&](const CaseRun& run) { return run.name == name && run.round == round; });
}

Status Ledger::Add(const CaseRun& run) {
  const UniqueFd file(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file) return Error::FromErrno("record a run", path_, errno);
  DUALPATH_TRY_STATUS(WriteAll(file.get(), path_, ToJson(run).dump() + "\n"));
  runs_.push_back(run);
  return Ok{};
}

}  // namespace dualpath::flakes
