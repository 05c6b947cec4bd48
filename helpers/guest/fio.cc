#include "helpers/guest/fio.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

namespace dualpath::guest {
namespace {

using nlohmann::json;
using std::chrono::nanoseconds;

constexpr char kDirectory[] = "/fio";
constexpr char kJobFile[] = "/fio/job.fio";

// glibc, including its libraries before 2.34, and the libraries of the engines for a disk.
constexpr std::array<const char*, 9> kLibraries = {"libc.so",     "libm.so",    "libpthread.so",
                                                   "libdl.so",    "librt.so",   "libaio.so",
                                                   "liburing.so", "libnuma.so", "libz.so"};

bool IsNotNeeded(const std::string& soname) {
  return std::none_of(kLibraries.begin(), kLibraries.end(),
                      [&](const char* library) { return soname.rfind(library, 0) == 0; });
}

/// fio's JSON is one object; only its braces are at the beginning of a line.
struct Output {
  std::string json;
  std::string messages;
};

Output Split(const std::string& output) {
  const std::string text = "\n" + output;
  const std::size_t from = text.find("\n{");
  const std::size_t to = text.rfind("\n}");
  if (from == std::string::npos || to == std::string::npos || to < from) return {"", output};
  const std::size_t json_begin = from + 1;
  const std::size_t json_end = to + 2;
  std::string messages = text.substr(1, from) + text.substr(json_end);
  const std::size_t begin = messages.find_first_not_of('\n');
  messages.erase(0, begin);
  return {text.substr(json_begin, json_end - json_begin) + "\n", std::move(messages)};
}

nanoseconds Nanoseconds(const json& value) {
  return nanoseconds(static_cast<std::int64_t>(value.get<double>()));
}

FioDirection DirectionOf(const json& direction) {
  FioDirection parsed;
  parsed.ios = direction.at("total_ios").get<std::uint64_t>();
  parsed.bytes = direction.at("io_bytes").get<std::uint64_t>();
  parsed.runtime = std::chrono::milliseconds(direction.at("runtime").get<std::int64_t>());
  const json& latency = direction.at("clat_ns");
  parsed.latency.mean = Nanoseconds(latency.at("mean"));
  parsed.latency.longest = Nanoseconds(latency.at("max"));
  // Absent without I/O in this direction.
  if (latency.contains("percentile")) {
    parsed.latency.median = Nanoseconds(latency.at("percentile").at("50.000000"));
  }
  return parsed;
}

FioJob JobOf(const json& job) {
  FioJob parsed;
  parsed.name = job.at("jobname").get<std::string>();
  parsed.error = job.at("error").get<int>();
  parsed.errors = job.value("total_err", std::uint64_t{parsed.error != 0});
  parsed.read = DirectionOf(job.at("read"));
  parsed.write = DirectionOf(job.at("write"));
  return parsed;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const FioReport& report) {
  for (const FioJob& job : report.jobs) {
    out << "job " << job.name << ": " << job.write.ios << " writes, " << job.read.ios << " reads";
    if (job.error != 0) {
      out << ", error " << job.error << " (" << std::generic_category().message(job.error) << ")";
    }
    out << "\n";
  }
  return out << report.messages << report.exit.ToString();
}

Result<FioReport> ParseFioOutput(const std::string& output, const process::Exit& exit) {
  Output split = Split(output);
  if (split.json.empty()) {
    return Error::Because("run fio", "in the guest",
                          exit.ToString() + "; output: " + split.messages);
  }
  FioReport report;
  report.exit = exit;
  report.messages = std::move(split.messages);
  try {
    const json whole = json::parse(split.json);
    for (const json& job : whole.at("jobs")) report.jobs.push_back(JobOf(job));
  } catch (const json::exception& error) {
    return Error::Because("parse fio's JSON", split.json,
                          std::string(error.what()) + "; fio 3 or newer is required");
  }
  report.json = std::move(split.json);
  return report;
}

Result<ProgramFiles> GatherFio(Deadline deadline) {
  const std::string program = process::FindProgram("fio");
  if (program.empty()) return Error::FromErrno("find program", "fio", ENOENT);
  return GatherProgram({program, kDirectory, IsNotNeeded}, deadline);
}

Status StartFio(AgentClient& agent, const std::string& job, Deadline deadline) {
  DUALPATH_TRY(const DiskInfo disk, agent.Disk(deadline));
  DUALPATH_TRY(const ProgramFiles fio, GatherFio(deadline));
  DUALPATH_TRY_STATUS(Put(fio, agent, deadline));
  DUALPATH_TRY_STATUS(agent.PutFile(kJobFile, 0644, job, deadline));
  std::vector<std::string> command = fio.command;
  command.insert(command.end(), {"--output-format=json", kJobFile});
  return agent.RunProgram(command, {"DISK=/dev/" + disk.name}, deadline);
}

}  // namespace dualpath::guest
