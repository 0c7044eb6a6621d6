"""A person's own record: kept between cases, edited by the person, copied into new cases."""

import pytest

from engine.domain.errors import InvalidSubmission, NotAllowed
from engine.services.platform import Platform
from tests.support.office import open_office, person
from tests.support.shipped import open_shipped

OWN = person("张三")


@pytest.fixture
def office() -> Platform:
    return open_office()


def kept(office: Platform) -> dict:
    return dict(office.registers.get(OWN, "people", "张三").data)


@pytest.mark.req("PROF-01", "PROF-37")
def test_everybody_keeps_their_own_record(office: Platform):
    jobs = [{"unit": "一所", "current": True}]

    office.registers.change(OWN, "people", "张三", {"jobs": jobs})

    assert kept(office)["jobs"] == jobs
    assert kept(office)["basics"]["name"] == "张三"


@pytest.mark.req("ACC-12")
def test_registered_fields_stay_as_they_are(office: Platform):
    typed = {"name": "别人", "id_number": "1", "phone": "138"}

    office.registers.change(OWN, "people", "张三", {"basics": typed})

    assert kept(office)["basics"] == {
        "name": "张三", "id_number": "120101199001010000", "phone": "138",
    }  # fmt: skip


@pytest.mark.req("SEC-02")
def test_nobody_else_reads_or_changes_it(office: Platform):
    for actor in (person("李四"), person("王审", "一所")):
        with pytest.raises(NotAllowed):
            office.registers.get(actor, "people", "张三")
        with pytest.raises(NotAllowed):
            office.registers.change(actor, "people", "张三", {"jobs": []})


def test_a_part_is_complete_when_it_is_kept(office: Platform):
    with pytest.raises(InvalidSubmission) as refused:
        office.registers.change(OWN, "people", "张三", {"jobs": [{"current": True}]})

    assert [error.name for error in refused.value.errors] == ["jobs.0.unit"]
    assert "jobs" not in kept(office)


class TestShippedProfile:
    """The parts of the shipped content that the profile's requirements are about."""

    @pytest.fixture
    def platform(self) -> Platform:
        return open_shipped()

    @pytest.mark.req("PROF-01")
    def test_it_has_the_seven_parts_in_order(self, platform: Platform):
        register = platform.release.registers["people"]
        form = platform.release.forms[register.form]

        # What the import of education records came to is told beside them, and not filled in.
        parts = [element for element in form.elements if not element.locked]
        assert [element.title for element in parts] == [
            "个人基本信息", "学历信息", "资历信息", "工作经历", "社会团体任职情况", "继续教育",
            "现职称考核",
        ]  # fmt: skip

    @pytest.mark.req("PROF-26")
    def test_a_current_job_names_a_unit_of_the_system(self, platform: Platform):
        jobs = [dict(job) for job in self.part(platform, "work_history")]
        jobs[0]["unit"] = "没有这个单位"

        with pytest.raises(InvalidSubmission) as refused:
            self.keep(platform, work_history=jobs)

        assert [error.name for error in refused.value.errors] == ["work_history.0.unit"]

    @pytest.mark.req("PROF-16")
    def test_years_of_technical_work_have_an_upper_bound(self, platform: Platform):
        qualification = dict(self.part(platform, "qualification"))
        qualification |= {"technical_work_start_date": "2007-09-01", "technical_work_years": 40}

        with pytest.raises(InvalidSubmission) as refused:
            self.keep(platform, qualification=qualification)

        (name,) = {error.name for error in refused.value.errors}
        assert name == "qualification.technical_work_years"
        sentences = [error.sentence for error in refused.value.errors]
        assert "不能大于从参加专业技术工作日期至今的年数" in sentences

    @pytest.mark.req("PROF-37")
    def test_it_stays_editable_and_a_running_case_keeps_its_copy(self, platform: Platform):
        actor = platform.directory.actor_for("张三")
        first = {"settings": {"activity": "a1", "work_unit": "第一中学"}}
        uid = platform.cases.start(actor, "tianjin/socialised-review", first).uid
        before = self.part(platform, "appraisals")

        self.keep(platform, appraisals=before[1:])

        assert self.part(platform, "appraisals") == before[1:]
        with platform.store.read() as unit:
            row = unit.cases.load(uid)
            assert row is not None
            assert row.data_hash is not None
            assert unit.blobs.get(row.data_hash)["appraisals"] == before

    def part(self, platform: Platform, name: str):
        actor = platform.directory.actor_for("张三")
        return platform.registers.get(actor, "people", "张三").data[name]

    def keep(self, platform: Platform, **parts) -> None:
        platform.registers.change(platform.directory.actor_for("张三"), "people", "张三", parts)
