
// ---- the administrator's page ----

class AdminView {
    constructor(page) {
        this.page = page;
        this.x = page.x;
    }

    render() {
        return [h("h1", {}, this.x.t("admin.title"))];
    }

    update() {
    }
}
