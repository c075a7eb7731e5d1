"""What `cong-truong run` says when everything is up: where to look and whom to log in as."""

from rich.console import Console
from rich.table import Table

from app.settings import Settings

DEMO_PASSWORD = "demo-cong-truong"  # noqa: S105 - known to everybody, and only in the demo
# DESIGN section 1.
DEMO_ACCOUNTS = (
    ("0900000001", "quản trị Sở", "department admin"),
    ("0900000002", "hiệu trưởng", "principal"),
    ("0900000003", "giáo viên chủ nhiệm", "homeroom teacher"),
    ("0900000004", "bảo vệ", "guard"),
    ("0900000005", "kế toán", "accountant"),
    ("0900000006", "phụ huynh, con ở hai trường", "parent, children in two schools"),
    ("0900000007", "phụ huynh khác", "another parent"),
    ("0900000008", "giáo viên bộ môn", "subject teacher"),
)


def show(console: Console, settings: Settings) -> None:
    console.print()
    console.print(f"[bold green]Cổng Trường[/]  {settings.base_url}")
    console.print(f"  API      {settings.base_url}/schema/openapi.json")
    console.print(f"  Nhật ký | logs   {settings.data_dir / 'logs'}", soft_wrap=True)
    if settings.firebase_credentials is None:
        console.print("  Chưa có FIREBASE_CREDENTIALS: không gửi FCM | unset: nothing goes to FCM")
    if settings.demo:
        console.print(_accounts())
    console.print("Ctrl-C để dừng | to stop")


def _accounts() -> Table:
    table = Table(
        title=f"Đăng nhập, mật khẩu | log in, password: [bold]{DEMO_PASSWORD}[/]",
        title_justify="left",
        box=None,
        show_header=False,
        padding=(0, 1),
    )
    for phone, vietnamese, english in DEMO_ACCOUNTS:
        table.add_row(phone, vietnamese, english)
    return table
